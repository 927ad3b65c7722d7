"""What a sweep planned and has not run yet."""

from __future__ import annotations

import itertools
import math
import tomllib
from collections.abc import Sequence
from pathlib import Path

from cab_core.errors import UserError
from cab_core.store.paths import segment
from cab_core.store.reading import read_start

from .rows import Row

_LARGEST = 16 << 20  # bytes of a lock file
_MOST = 2_000_000  # combinations of one


def not_run(runs: Sequence[Path], sweep: str, rows: Sequence[Row]) -> int:
    """Count the combinations of CLI, model and task in the sweep's lock file that have no cell.

    The lock file holds the plan of the last command, so this is what is left of that. Without one, or
    with one that cannot be read, nothing is known to be missing.
    """
    planned: set[tuple[str, ...]] = set()
    for root in runs:
        try:
            data, _ = read_start(root / segment(sweep) / "sweep.lock.toml", _LARGEST)
            lock = tomllib.loads(data.decode("utf-8"))
        except (UserError, ValueError, RecursionError):
            continue
        axes = (lock.get("clis"), lock.get("models"), lock.get("tasks"))
        names = [a if isinstance(a, dict) else {} for a in axes]
        if math.prod(map(len, names)) <= _MOST:
            planned |= set(itertools.product(*names))
    return len(planned - {(r.config.tui, r.config.model, r.task) for r in rows})
