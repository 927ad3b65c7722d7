"""`sweep.lock.toml`: what the last command of a sweep was pinned to."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import attrs
import tomli_w

from cab_core import __version__
from cab_core.durable import write_whole
from cab_core.errors import UserError
from cab_core.plugins.loader import origin_of
from cab_core.run.planned import PlannedCell
from cab_core.store.paths import LOCK_FILE, segment
from cab_core.store.reading import read_start

from .plan import Plan

_LARGEST = 16 << 20  # bytes of a lock file that are read


def write_lock_file(plan: Plan, root: Path) -> list[str]:
    """Write the lock file below a runs directory; return which plugins changed since the one before it."""
    path = root / segment(plan.sweep.sweep_id) / LOCK_FILE
    now, before = pins(plan), _read(path).get("plugins")
    write_whole(path, tomli_w.dumps(now))
    known = before if isinstance(before, dict) else {}
    return [
        f"plugin {name} was {known[name]}, is {is_now}"
        for name, is_now in now["plugins"].items()
        if name in known and known[name] != is_now
    ]


def pins(plan: Plan) -> dict[str, Any]:
    """Return everything that a sweep is pinned to."""
    cells = plan.cells
    return {
        "schema_version": 2,
        "cab": __version__,
        "sweep_id": plan.sweep.sweep_id,
        "first_attempt": min((p.cell.attempt for p in cells), default=1),
        "attempts": plan.sweep.attempts,
        "limits": _known(attrs.asdict(plan.sweep.limits)),
        "configurations": _configurations(cells),
        "clis": dict(_clis(cells)),
        "models": {p.model.id: {"endpoint": p.model.endpoint or "scripted"} for p in cells},
        "tasks": {p.task.task.id: p.task.task.tree_hash for p in cells},
        "plugins": {
            e.name: f"{origin_of(e).name} {origin_of(e).version}"
            for e in metadata.entry_points(group="cab")
            if e.dist
        },
    }


def _configurations(cells: Sequence[PlannedCell]) -> list[dict[str, Any]]:
    """All that is compared, each once: a CLI of a version, a model, a stack, a runtime, options."""
    found = dict.fromkeys(p.cell.configuration for p in cells)
    return [{k: list(v) if isinstance(v, tuple) else v for k, v in attrs.asdict(c).items()} for c in found]


def _clis(cells: Sequence[PlannedCell]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What is installed: by CLI, version, runtime and the toolchains beside it."""
    for planned in cells:
        cell, installed = planned.cell, planned.installation
        needs = planned.task.needs
        own = [f"environment-{needs.environment.digest[:12]}"] if needs.environment else []
        beside = "+".join([*needs.requires, *own])
        pinned = {
            "adapter": planned.adapter_owner,
            "version": installed.version,
            "reported": installed.reported,
            "runtime": cell.runtime,
            "image_id": installed.image_id,
        }
        yield f"{cell.tui}@{cell.tui_version} {cell.runtime} {beside}".strip(), _known(pinned)


def _known(values: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in values.items() if v is not None}


def _read(path: Path) -> dict[str, Any]:
    """Return what an earlier command wrote; nothing where it cannot be read."""
    try:
        data, _ = read_start(path, _LARGEST)
        return tomllib.loads(data.decode("utf-8"))
    except (UserError, ValueError, RecursionError):
        return {}
