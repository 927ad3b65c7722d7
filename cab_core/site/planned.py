"""What a sweep planned and has not run yet."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cab_core import toml
from cab_core.errors import UserError
from cab_core.records import Configuration, from_json
from cab_core.store.paths import LOCK_FILE, segment
from cab_core.store.reading import read_start

from .rows import Row

_LARGEST = 16 << 20  # bytes of a lock file
_MOST = 2_000_000  # cells of one
_Planned = tuple[Configuration, str, int]


def not_run(runs: Sequence[Path], sweep: str, rows: Sequence[Row]) -> int | None:
    """Count the planned attempts of configurations at tasks, by the sweep's lock file, that have no cell.

    The lock file holds the plan of the last command, so this is what is left of that. None, unknown, without
    one, or where it is of an earlier cab or cannot be read.
    """
    plans = [plan for root in runs if (plan := _plan(root / segment(sweep) / LOCK_FILE))]
    return len(set().union(*plans) - {(r.config, r.task, r.attempt) for r in rows}) if plans else None


def planned_when(runs: Sequence[Path], rows: Sequence[Row]) -> list[list[int]]:
    """Return what changes whenever the lock file of a sweep does."""
    sweeps = sorted({segment(r.sweep) for r in rows})
    found = [root / sweep / LOCK_FILE for root in runs for sweep in sweeps]
    return [_stamp(path) for path in found]


def _stamp(path: Path) -> list[int]:
    try:
        stat = path.lstat()
    except OSError:
        return []
    return [stat.st_mtime_ns, stat.st_size]


def _plan(path: Path) -> set[_Planned]:
    try:
        data, _ = read_start(path, _LARGEST)
        return _planned(toml.loads(data.decode("utf-8")))
    except (UserError, ValueError):
        return set()


def _planned(lock: dict[str, Any]) -> set[_Planned]:
    """Return the cells of a plan; none where it is no plan that cab writes, or could have been run."""
    if lock.get("schema_version") != 2:
        return set()
    said, tasks = lock.get("configurations"), lock.get("tasks")
    first, attempts = lock.get("first_attempt", 1), lock.get("attempts", 1)
    if not isinstance(said, list) or not isinstance(tasks, dict) or {type(first), type(attempts)} != {int}:
        return set()
    if len(said) * len(tasks) * attempts > _MOST:
        return set()
    return set(itertools.product(map(_configuration, said), tasks, range(first, first + attempts)))


def _configuration(said: Any) -> Configuration:
    try:
        return from_json(said, Configuration)
    except Exception as exc:  # of many kinds, by what of it is no configuration
        raise ValueError("no configuration") from exc
