"""How a CLI is set up: with placeholders for a reader, and what a stack came to."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from cab_core.records import (
    Accounted,
    Applied,
    Args,
    Env,
    Files,
    Job,
    Launch,
    McpServer,
    StackItem,
    Wiring,
    WorkFile,
)

from .planned import PlannedCell


def wiring(planned: PlannedCell, files: tuple[WorkFile, ...]) -> Wiring:
    """Return the CLI's config and command with placeholders, for the reader's own endpoint."""
    job = Job(
        prompt=planned.task.task.doc.prompt,
        model="$YOUR_MODEL_ID",
        endpoint="$YOUR_ENDPOINT",
        token="$YOUR_KEY",
        home="$HOME",
        workdir="$WORKDIR",
        deadline_s=planned.cell.limits.wall_s,
        files=files,
        stack=tuple(map(_public, planned.stack)),
        options=planned.cell.options,
        model_params=planned.cell.model_params,
    )
    launch = planned.adapter.launch(job)
    return Wiring(argv=launch.argv, env=launch.env, files=launch.files)


def _public(item: StackItem) -> StackItem:
    """Return an item with placeholders for what may be secret: values of variables, texts of files."""
    if isinstance(item, Env):
        return attrs.evolve(item, values={name: f"${name}" for name in item.values})
    if isinstance(item, McpServer):
        return attrs.evolve(item, env={name: f"${name}" for name in item.env})
    if isinstance(item, Files):
        return attrs.evolve(item, files={path: f"(the file {path} of the stack)" for path in item.files})
    return item


def stack_attributes(tui: str, job: Job, launch: Launch, accounted: Sequence[Accounted]) -> dict[str, object]:
    """Return the attributes of the `applied_plugins` span. What it calls applied was configured, no more."""
    effective = [i for i, a in zip(job.stack, launch.stack, strict=True) if a.reason is None]
    applied = [a.item for a in launch.stack if a.reason is None]
    skipped: list[Applied] = [a for a in launch.stack if a.reason is not None]
    return {
        "tui": tui,
        "count": len(launch.stack),
        "applied": applied,
        "env_keys": [k for i in effective if isinstance(i, Env) for k in i.values],
        "extra_args": [a for i in effective if isinstance(i, Args) for a in i.argv],
        "applied_count": len(applied),
        "skipped_count": len(skipped),
        "skipped": [f"{a.item}: {a.reason}" for a in skipped],
        "observed": [f"{a.item}: {a.state}" for a in accounted if a.state is not None],
    }
