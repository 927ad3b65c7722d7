"""A race while it runs: which cells may start, and what those that have ended decide.

It sits where a run asks whether a cell may start (see `breaker.Breaker`), so that any executor runs it.
Units are looked at in the order of the course alone: a cell that ends before an earlier one waits, for to
take what comes first would be to take what is quick.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import attrs

from cab_core.records import OUTCOMES, CellKey, CellResult, CellSummary
from cab_core.run.planned import PlannedCell
from cab_core.stats.contest import Contests, Why
from cab_core.stats.sequential import Plan as FixedPlan
from cab_core.store.cells import Store

from .breaker import Breaker
from .race_course import CourseUnit
from .race_ended import EndedCells
from .runner import by_outcome
from .states import Done

_ENOUGH = 8  # units before their cost says how many more can be paid


@attrs.frozen(kw_only=True)
class Budget:
    """What a race may spend on its cells, those of earlier commands included; None: no bound."""

    cells: int | None = None
    usd: float | None = None


class Race(Breaker):
    """Lets cells start as long as they are needed and there is something to pay them with."""

    def __init__(self, fixed: FixedPlan, budget: Budget) -> None:
        super().__init__()
        self._fixed, self._budget = fixed, budget
        self._looking = threading.Lock()
        self._place: dict[CellKey, tuple[int, int]] = {}  # unit and side
        self._lost_before: set[CellKey] = set()
        self._started: set[int] = set()
        self._begun, self._next, self._stop_at = False, 0, 0
        self._end: Why = "tasks"
        self.ended = EndedCells()
        self.contests = Contests(1, fixed, 0)
        self._note_order: Callable[[], int] = lambda: 1
        self.orders = 1

    def set_out(
        self, units: Sequence[CourseUnit], end: Why, note_order: Callable[[], int] = lambda: 1
    ) -> None:
        """Take the units that may be run at most; `end`: what it is that there are no more.

        `note_order` is called before the first look, and tells in how many orders these sides were looked at.
        """
        self._note_order = note_order
        self._end, self._stop_at, self.ended = end, len(units), EndedCells(units)
        self._others = range(1, len(units[0].sides))
        self.contests = self._fresh()
        for n, unit in enumerate(units):
            self._place.update((key, (n, i)) for i, side in enumerate(unit.keys) for key in side)

    def verdict(self, store: Store, planned: PlannedCell, tries: Sequence[str]) -> Done | None:
        """Return what makes that a cell is not run again, as in any sweep; and remember it."""
        found, key = by_outcome(store, planned, tries), planned.cell.key
        if found is not None:
            self.ended.keep(key, found[1])
        elif any(_is_loss(store.summary(path), planned) for path in tries):
            self._lost_before.add(key)
        return found

    def lets(self, planned: PlannedCell) -> bool:
        """Return whether a cell may start."""
        with self._looking:
            self._begin()
            if not self._wanted(*self._place[planned.cell.key]):
                return False
        return super().lets(planned)

    def take(self, planned: PlannedCell, result: CellResult, started: float) -> None:
        """Take the end of a cell, and look at the units that are whole by it."""
        super().take(planned, result, started)
        if result.outcome != "cancelled":
            with self._looking:
                self.ended.keep(planned.cell.key, result.summary)
                self._look()

    def finish(self, interrupted: bool) -> None:
        """Take the end of the run: what is undecided now stays so."""
        with self._looking:
            self._begin()
            if self._next < self._stop_at:
                self.contests.give_up("interrupted" if interrupted else "infrastructure")
            else:
                self.contests.give_up("budget" if self._stop_at < len(self.ended.units) else self._end)

    def _begin(self) -> None:
        """Look at what earlier commands left: what was decided then, without what they lost, stays."""
        if self._begun:
            return
        self._begun = True
        self.orders = self._note_order()
        self.ended.lose(self._lost_before)
        self._look()
        if self.contests.over:
            return
        self.ended.forget(self._lost_before)
        self.contests, self._next = self._fresh(), 0
        self._look()

    def _fresh(self) -> Contests:
        return Contests(len(self._others), self._fixed, len(self.ended.units))

    def _wanted(self, n: int, side: int) -> bool:
        open_pairs = [i for i in self._others if self.contests.needs(i)]
        if n >= self._stop_at or not self.contests.needs(side):
            return False
        if all(self.ended.is_lost(n, i) for i in open_pairs if side in (0, i)):
            return False
        if n not in self._started and not self._affordable(n, [0, *open_pairs]):
            self._stop_at = n
            return False
        self._started.add(n)
        return True

    def _affordable(self, n: int, sides: Sequence[int]) -> bool:
        """Tell whether the whole of one more unit can be paid, at what one cost so far."""
        budget, ended = self._budget, self.ended
        if budget.cells is not None:
            to_come = sum(ended.to_come(m, sides) for m in {*self._started, n} if m >= self._next)
            if len(ended) + to_come > budget.cells:
                return False
        return budget.usd is None or ended.usd + ended.usd_of_unit <= budget.usd

    def _left(self) -> int:
        left, dear = self._stop_at - self._next - 1, self.ended.usd_of_unit
        if self._budget.usd is None or not dear or self._next < _ENOUGH:
            return left
        return max(0, min(left, int((self._budget.usd - self.ended.usd) / dear)))

    def _look(self) -> None:
        """Look at every unit that is whole, in their order, until all is decided."""
        while self._next < self._stop_at and not self.contests.over:
            n, needed = self._next, [i for i in self._others if self.contests.needs(i)]
            if not all(self.ended.is_whole(n, i) for i in needed):
                return
            found = [self.ended.rates(n, i) if i in needed else None for i in self._others]
            self.contests.add(found, self._left())
            self._next += 1


def _is_loss(found: CellSummary, planned: PlannedCell) -> bool:
    """Tell whether a try of the same was lost to the infrastructure, and not just stopped."""
    same = (found.content_key, found.grader_key) == (planned.content_key, planned.grader_key)
    return same and OUTCOMES[found.outcome].retry and found.outcome != "cancelled"
