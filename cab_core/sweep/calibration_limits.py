"""How long the scripted models that never end may run: by what the oracle took, here and now."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import attrs

from cab_core.records import CellResult

FLOOR_S = 20.0
ROOM = 3.0  # over the oracle, which does all that a CLI does, and waits for nobody
_STEP_S = 5.0  # limits are whole steps, so that few differ


@attrs.frozen(kw_only=True)
class WallLimit:
    """The limit on one task. `oracle_s`: what the oracle took there; None where that is not known."""

    wall_s: float
    oracle_s: float | None

    def __str__(self) -> str:
        if self.oracle_s is None:
            return f"{self.wall_s:g} s (what the oracle took is not known)"
        return f"{self.wall_s:g} s ({ROOM:g} x the {self.oracle_s:.1f} s of the oracle, at least {FLOOR_S:g})"


def limits_by_oracle(tasks: Iterable[str], results: Iterable[CellResult]) -> dict[str, WallLimit]:
    """Return the limit on each task, from the cells in which the oracle passed."""
    passed = (r for r in results if r.cell.model == "scripted:oracle" and r.outcome == "passed")
    took = {r.task.id: r.wall_ms / 1000 for r in passed if r.wall_ms is not None}
    return {task: _limit(took, task) for task in tasks}


def _limit(took: Mapping[str, float], task: str) -> WallLimit:
    oracle_s = took.get(task)
    wall_s = FLOOR_S if oracle_s is None else max(FLOOR_S, _STEP_S * math.ceil(ROOM * oracle_s / _STEP_S))
    return WallLimit(wall_s=wall_s, oracle_s=oracle_s)
