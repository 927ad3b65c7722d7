"""What a sweep planned and has not run yet."""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Sequence
from pathlib import Path

from cab_core.store.paths import segment

from .gather import Row


def not_run(runs: Sequence[Path], sweep: str, rows: Sequence[Row]) -> int:
    """Count the combinations of CLI, model and task in the sweep's lock file that have no cell.

    The lock file holds the plan of the last command, so this is what is left of that. Without one, or
    with one that cannot be read, nothing is known to be missing.
    """
    planned: set[tuple[str, ...]] = set()
    for root in runs:
        try:
            text = (root / segment(sweep) / "sweep.lock.toml").read_text(encoding="utf-8")
            lock = tomllib.loads(text)
        except (OSError, ValueError):
            continue
        axes = (lock.get("clis"), lock.get("models"), lock.get("tasks"))
        planned |= set(itertools.product(*(a if isinstance(a, dict) else {} for a in axes)))
    return len(planned - {(r.config.tui, r.config.model, r.task) for r in rows})
