"""`sweep.lock.toml`: what the last command of a sweep was pinned to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import attrs
import tomli_w

from cab_core import __version__, toml
from cab_core.durable import write_whole
from cab_core.errors import UserError
from cab_core.plugins.by_path import imported
from cab_core.plugins.loader import origin_of
from cab_core.records import to_json
from cab_core.records.differences import differences
from cab_core.records.inputs import digest
from cab_core.run.planned import PlannedCell
from cab_core.store.paths import LOCK_FILE, segment
from cab_core.store.reading import read_start

from .plan import Plan

_LARGEST = 16 << 20  # bytes of a lock file that are read
_MOST = 40  # differences that are told


def write_lock_file(plan: Plan, root: Path) -> list[str]:
    """Write the lock file below a runs directory; return which plugins changed since the one before it."""
    path = root / segment(plan.sweep.sweep_id) / LOCK_FILE
    now, before = pins(plan), read_lock_file(path).get("plugins")
    write_whole(path, tomli_w.dumps(now))
    known = before if isinstance(before, dict) else {}
    return [
        f"plugin {name} was {known[name]}, is {is_now}"
        for name, is_now in now["plugins"].items()
        if name in known and known[name] != is_now
    ]


def pins(plan: Plan) -> dict[str, Any]:
    """Return everything that a sweep is pinned to: all that the content keys of its cells are made of.

    A shard's are those of the whole plan, so that shards can be put together.
    """
    plan = plan.whole or plan
    cells = plan.cells
    once = list({(id(p.cell.configuration), p.task.task.id): p for p in reversed(cells)}.values())[::-1]
    return {
        "schema_version": 2,
        "cab": __version__,
        "sweep_id": plan.sweep.sweep_id,
        "first_attempt": min((p.cell.attempt for p in cells), default=1),
        "attempts": plan.sweep.attempts,
        "stack_sha256": sorted({p.inputs.stack.digest for p in once}),
        "limits": _known(attrs.asdict(plan.sweep.limits)),
        "configurations": _configurations(cells),
        "clis": dict(_clis(once)),
        "models": {p.model.id: _model(p) for p in once},
        "tasks": {p.task.task.id: p.task.task.tree_hash for p in once},
        "plugins": {
            e.name: f"{origin_of(e).name} {origin_of(e).version}"
            for e in metadata.entry_points(group="cab")
            if e.dist
        }
        # Those of a path, `--plugin` or `cab.toml`: their version is a hash of their source.
        | {owner: version.rpartition("@")[2] for owner, version in imported().items()},
    }


def check_locked(plan: Plan, root: Path) -> None:
    """Hold a plan against the lock file of its sweep.

    Raises:
        UserError: there is none, or something is not as it says; names each.
    """
    path = root / segment(plan.sweep.sweep_id) / LOCK_FILE
    locked = read_lock_file(path)
    if not locked:
        raise UserError(
            f"--locked: {path} is not there, or is no lock file; `cab run` without --locked writes it, and "
            "a copy of another machine's may lie there"
        )
    now = toml.loads(tomli_w.dumps(pins(plan)))
    found = list(differences(locked, now))
    if found:
        more = [f"and {len(found) - _MOST} more"] if len(found) > _MOST else []
        told = "\n".join(f"  {said}" for said in [*found[:_MOST], *more])
        raise UserError(f"--locked: nothing was run, since it is not what {path} says:\n{told}")


def merge_lock_file(source: Path, target: Path, sweep: str) -> list[str]:
    """Add what the lock file of another runs directory says of a sweep; return what the two say differently.

    There the target's stands.
    """
    theirs = read_lock_file(source / segment(sweep) / LOCK_FILE)
    path = target / segment(sweep) / LOCK_FILE
    ours = read_lock_file(path)
    found: list[str] = []
    both = _joined(ours, theirs, "", found) if ours else theirs
    if both and both != ours:
        write_whole(path, tomli_w.dumps(both))
    return found


def _joined(ours: Any, theirs: Any, at: str, found: list[str]) -> Any:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        more = {k: v for k, v in theirs.items() if k not in ours}
        joined = ((k, _joined(v, theirs.get(k, v), f"{at}.{k}" if at else k, found)) for k, v in ours.items())
        return {**dict(joined), **more}
    if isinstance(ours, list) and isinstance(theirs, list):
        return [*ours, *(one for one in theirs if one not in ours)]
    if ours != theirs:
        found += differences(ours, theirs, at)
    return ours


def _configurations(cells: Sequence[PlannedCell]) -> list[dict[str, Any]]:
    """All that is compared, each once: a CLI of a version, a model, a stack, a runtime, options."""
    found = sorted({p.cell.configuration for p in cells})
    return [{k: list(v) if isinstance(v, tuple) else v for k, v in attrs.asdict(c).items()} for c in found]


def _clis(cells: Sequence[PlannedCell]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What is installed: by CLI, version, runtime and the toolchains beside it."""
    for planned in cells:
        cell, installed, inputs = planned.cell, planned.installation, planned.inputs
        needs = planned.task.needs
        own = [f"environment-{needs.environment.digest[:12]}"] if needs.environment else []
        beside = "+".join([*needs.requires, *own])
        pinned = {
            "adapter": planned.adapter_owner,
            "adapter_sha256": inputs.cli.code,
            "recipe_sha256": digest(to_json(inputs.cli.recipe)),
            "version": installed.version,
            "reported": installed.reported,
            "runtime": cell.runtime,
            "image_id": installed.image_id,
            "base_image": installed.base_image,
            "toolchains": _known(inputs.sandbox.toolchains),
        }
        yield f"{cell.tui}@{cell.tui_version} {cell.runtime} {beside}".strip(), _known(pinned)


def _model(planned: PlannedCell) -> dict[str, Any]:
    """What is said of a model, and how it is spoken to; no credential."""
    said = to_json(planned.inputs.model)
    price = {"price": _known(said["price"])} if said["price"] else {}
    others = ("scripted", "protocol", "protocol_code", "context_tokens", "idle_s", "priced_as", "headers")
    pinned = {
        "endpoint": planned.model.endpoint or "scripted",
        **{name: said[name] for name in others},
        **price,
    }
    return _known(pinned)


def _known(values: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in values.items() if v is not None}


def read_lock_file(path: Path) -> dict[str, Any]:
    """Return what an earlier command wrote; nothing where it cannot be read."""
    try:
        data, _ = read_start(path, _LARGEST)
        return toml.loads(data.decode("utf-8"))
    except (UserError, ValueError):
        return {}
