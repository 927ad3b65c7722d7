"""How a CLI is set up: with placeholders for a reader, and what a stack came to."""

from __future__ import annotations

import itertools
import re
import secrets
from collections.abc import Mapping, Sequence

import attrs
import tomli_w

from cab_core.declared.adapter import declared_in
from cab_core.records import (
    Accounted,
    Applied,
    Args,
    Env,
    Files,
    Job,
    Json,
    Launch,
    McpServer,
    StackItem,
    StackPart,
    Wiring,
    WorkFile,
    to_json,
)
from cab_core.records.placeholders import PACK, PLACES, PLUGIN, STANDING, published

from .brought import brought, placed
from .planned import PlannedCell
from .secrets import TOKEN_MARK

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@attrs.define
class _Placeholders:
    """Marks, which occur nowhere else, for what a reader fills in; by mark the name of the placeholder."""

    marks: dict[str, str] = attrs.field(factory=dict)
    needs: dict[str, str] = attrs.field(factory=dict)

    def of(self, name: str, says: str) -> str:
        """Return a mark. Where the name is taken, or none for a shell, the placeholder has a number."""
        taken = {*self.marks.values(), *PLACES, PACK, PLUGIN}
        if not _VARIABLE.fullmatch(name) or name in taken:
            numbered = (f"YOUR_VALUE_{n}" for n in itertools.count(1))
            name = next(n for n in numbered if n not in taken)
        self.needs[name] = says
        return self._mark(name)

    def place(self, name: str) -> str:
        """Return a new mark of a place (HOME, WORKDIR): an absolute path, which the reader's script has."""
        return self._mark(name, "/")

    def _mark(self, name: str, before: str = "") -> str:
        mark = f"{before}cab{secrets.token_hex(12)}"
        self.marks[mark] = name
        return mark

    def publish(self, text: str) -> str:
        return published(text, self.marks)


def wiring(planned: PlannedCell, files: tuple[WorkFile, ...]) -> Wiring:
    """Return the CLI's config and command with placeholders, for the reader's own endpoint."""
    to_fill = _Placeholders()
    endpoint, token, model = (to_fill.of(name, says) for name, says in _standing(planned).items())
    home, workdir = (to_fill.place(name) for name in PLACES)
    public = {id(item): _public(item, to_fill) for item in planned.stack}
    job = Job(
        prompt=planned.task.task.doc.prompt,
        model=model,
        endpoint=endpoint,
        token=token,
        home=home,
        workdir=workdir,
        deadline_s=planned.cell.limits.wall_s,
        files=files,
        stack=tuple(placed(item, home) for item in public.values()),
        options=planned.cell.options,
        model_params=planned.params_of_cli,
        protocol=planned.protocol.name,
    )
    launch = planned.adapter.launch(job)
    launch = attrs.evolve(launch, files={**launch.files, **brought(public.values())})
    stacks = _stack_files(planned.stack_parts, public)
    found = _published(launch, job, to_fill, stacks, planned.stack_parts)
    return attrs.evolve(found, declared=declared_in(planned.adapter))


def _standing(planned: PlannedCell) -> dict[str, str]:
    """Return what a reader fills in; the address as CLIs of this protocol want it."""
    example = f"http://127.0.0.1:8000{planned.protocol.base}"
    return {**STANDING, "YOUR_ENDPOINT": f"base URL of your endpoint, such as {example}"}


def _published(
    launch: Launch, job: Job, to_fill: _Placeholders, stacks: dict[str, str], parts: Sequence[StackPart]
) -> Wiring:
    # What an adapter adds to a mark and calls secret, such as `Bearer ...`, holds no secret here.
    hidden = [s for s in launch.secrets if s and not any(mark in s for mark in to_fill.marks)]

    def public(text: str) -> str:
        for secret in hidden:
            text = text.replace(secret, TOKEN_MARK)
        return to_fill.publish(text)

    return Wiring(
        argv=tuple(map(public, launch.argv)),
        env={name: public(value) for name, value in launch.env.items()},
        files={path: public(text) for path, text in launch.files.items()},
        stdin=None if launch.stdin is None else public(launch.stdin),
        cwd=public(launch.cwd or job.workdir),
        needs=to_fill.needs,
        stacks={name: public(text) for name, text in stacks.items()},
        stack_owners={p.name: p.owner for p in parts if p.owner is not None},
    )


def _stack_files(parts: Sequence[StackPart], public: Mapping[int, StackItem]) -> dict[str, str]:
    """Return the stacks that were files, by name, as files that hold no secret."""
    shown = [attrs.evolve(p, items=tuple(public[id(i)] for i in p.items)) for p in parts if p.owner is None]
    return {part.name: tomli_w.dumps(_filled(to_json(part.document()))) for part in shown}


_REQUIRED = ("values", "argv")  # stand in a stack file though they are empty


def _filled(value: Json) -> Json:
    """Return a document without what is null or said by the place where it stands, and what is empty."""
    if isinstance(value, list):
        return [_filled(v) for v in value]
    if not isinstance(value, dict):
        return value
    said = {k: _filled(v) for k, v in value.items() if k != "kind" and v is not None}
    return {k: v for k, v in said.items() if v not in ([], {}) or k in _REQUIRED}


def _public(item: StackItem, to_fill: _Placeholders) -> StackItem:
    """Return an item with placeholders for what may be secret: values of variables, texts of files."""
    said = f"of the stack, {item.kind} {item.name}"
    if isinstance(item, Env):
        return attrs.evolve(item, values={n: to_fill.of(n, f"variable {n} {said}") for n in item.values})
    if isinstance(item, McpServer):
        env = {n: to_fill.of(n, f"variable {n} {said}") for n in item.env}
        return attrs.evolve(item, env=env, recipe=item.recipe and item.recipe.public())
    if isinstance(item, Files):
        return attrs.evolve(
            item, files={p: to_fill.of("", f"text of the file {p} {said}") for p in item.files}
        )
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
