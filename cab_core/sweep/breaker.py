"""Stopping what cannot go well: a model whose endpoint is dead, refuses the key or has no quota left."""

from __future__ import annotations

import threading
import time

import attrs

from cab_core.defaults import FAILED_IN_A_ROW
from cab_core.records import OUTCOMES, CellResult
from cab_core.run.planned import PlannedCell


@attrs.define
class _Row:
    """Cells of one model that ended with trouble of its endpoint, none with a verdict between them."""

    cells: int = 0
    since: float = 0.0  # when the last one that counts had ended
    why: str = ""


class Breaker:
    """Counts failures of endpoints; once there are enough in a row, no more cells of that model start.

    Cells that were under way together fail together, and count once. A scripted model has no endpoint.
    """

    def __init__(self, in_a_row: int | None = FAILED_IN_A_ROW) -> None:
        """`in_a_row`: None never stops anything."""
        self._limit = in_a_row
        self._rows: dict[str, _Row] = {}
        self._lock = threading.Lock()
        self.spared: dict[str, int] = {}  # cells that were not started, by model

    def lets(self, planned: PlannedCell) -> bool:
        """Return whether a cell may start; one that may not is counted."""
        with self._lock:
            if not self._open(planned.model.id):
                return True
            self.spared[planned.model.id] = self.spared.get(planned.model.id, 0) + 1
            return False

    def take(self, planned: PlannedCell, result: CellResult, started: float) -> None:
        """Take the end of a cell that was started then, by the monotonic clock."""
        name = planned.model.id
        with self._lock:
            row = self._rows.setdefault(name, _Row())
            if OUTCOMES[result.outcome].counted:
                self._rows[name] = _Row()
            elif result.outcome == "infra_upstream" and planned.model.scripted is None:
                if started >= row.since:
                    row.cells, row.since = row.cells + 1, time.monotonic()
                row.why = result.why

    def told(self) -> list[str]:
        """Return a sentence for each model of which cells were not started, with what was observed."""
        return [
            f"model {name}: {n} {'cell was' if n == 1 else 'cells were'} not started: "
            f"{self._rows[name].cells} in a row had no answer; the last one: {self._rows[name].why}"
            for name, n in self.spared.items()
        ]

    def _open(self, name: str) -> bool:
        return self._limit is not None and name in self._rows and self._rows[name].cells >= self._limit
