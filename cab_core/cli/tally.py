"""What is known of a run at this moment: counts, spend, what is under way, and the time that is left."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

import attrs

from cab_core.gateway.activity import Activity
from cab_core.gateway.models import SCRIPTED
from cab_core.records import Cell, CellKey, CellSummary, Configuration, TokenTotals
from cab_core.records.marks import REGRADED

_SLOWEST = 3
_ENOUGH = 3  # cells of a configuration before their mean says anything of the next


@attrs.define
class Spend:
    """Tokens and dollars. They are the least that was spent where not every part is known."""

    tokens: int = 0
    usd: float = 0.0
    tokens_known: bool = True
    usd_known: bool = True
    priced: bool = False  # what something cost is known
    cells: int = 0  # whose spend it is; of none nothing was measured

    def add(self, found: TokenTotals, scripted: bool) -> None:
        """Add what a cell spent; a scripted model costs nothing."""
        self.cells += 1
        self.tokens += (found.at_least or 0) if found.total is None else found.total
        answered = found.total is not None or found.without_usage > 0
        self.tokens_known &= found.total is not None or not answered
        if answered and not scripted:
            self.usd += found.usd or 0.0
            self.usd_known &= found.usd is not None
            self.priced |= found.usd is not None


@attrs.define
class Tally:
    """The state of a run. Whoever shows it holds a lock around what is called here."""

    width: int | None = 1  # cells at once; None: as many as there are places somewhere
    total: int | None = None
    passed: int = 0
    failed: int = 0
    left_out: int = 0
    spend: Spend = attrs.field(factory=Spend)
    running: dict[CellKey, tuple[Cell, float]] = attrs.field(factory=dict)
    places: dict[CellKey, str] = attrs.field(factory=dict)  # workers, where it is not this process
    slowest: list[tuple[float, Cell]] = attrs.field(factory=list)  # of those that ran, the slowest first
    _to_come: Counter[Configuration] = attrs.field(factory=Counter)
    _took: dict[Configuration, tuple[int, float]] = attrs.field(factory=dict)  # cells, seconds

    @property
    def done(self) -> int:
        """The cells that have ended, or had before."""
        return self.passed + self.failed + self.left_out

    @property
    def not_run(self) -> int | None:
        """The cells of the plan that were not started; None: there is no plan."""
        return None if self.total is None else self.total - self.done

    def expect(self, configurations: Sequence[Configuration]) -> None:
        """Take the cells of a plan, behind those of another; each has one configuration."""
        self.total = (self.total or 0) + len(configurations)
        self._to_come.update(configurations)

    def started(self, cell: Cell, where: str | None = None) -> None:
        """Take the start of a cell, and the name of its worker where it has one."""
        self.running[cell.key] = cell, time.monotonic()
        if where is not None:
            self.places[cell.key] = where

    def finished(self, result: CellSummary) -> float:
        """Take the end of a cell; return how many seconds it took."""
        now = time.monotonic()
        took = now - self.running.pop(result.cell.key, (result.cell, now))[1]
        self.places.pop(result.cell.key, None)
        self.slowest = sorted([*self.slowest, (took, result.cell)], key=lambda found: -found[0])[:_SLOWEST]
        if REGRADED not in result.all_marks:  # what its run took was spent before
            self.spend.add(result.tokens, result.scripted)
        self._ended(result, took)
        return took

    def kept(self, result: CellSummary) -> None:
        """Take a cell that had a verdict before."""
        took = None
        with suppress(ValueError):
            start, end = (datetime.fromisoformat(t) for t in (result.started_at, result.ended_at))
            took = (end - start).total_seconds()
        self._ended(result, took)

    def _ended(self, result: CellSummary, took: float | None) -> None:
        config, solved = result.cell.configuration, result.solved
        self._to_come[config] -= 1
        if solved is None:
            self.left_out += 1
            return
        self.passed, self.failed = self.passed + solved, self.failed + (not solved)
        if took is not None:
            n, seconds = self._took.get(config, (0, 0.0))
            self._took[config] = n + 1, seconds + took

    def time_left(self) -> tuple[float, bool] | None:
        """Return seconds, and whether they are for all cells to come; None where nothing is known of any.

        A cell takes the mean of those of its configuration, of which several must have ended.
        """
        means = {c: seconds / n for c, (n, seconds) in self._took.items() if n >= _ENOUGH}
        to_come = {c: n for c, n in self._to_come.items() if n > 0}
        known = {c: n * means[c] for c, n in to_come.items() if c in means}
        if not known:
            return None
        now = time.monotonic()
        for cell, since in self.running.values():
            if (config := cell.configuration) in known:
                known[config] -= min(means[config], now - since)
        at_once = max(1, min(self.width or len(self.running), sum(to_come.values())))
        return sum(known.values()) / at_once, len(known) == len(to_come)

    def spent(self, under_way: Mapping[CellKey, Activity]) -> Spend:
        """Return the spend with that of the cells under way."""
        spend = attrs.evolve(self.spend)
        for key, found in under_way.items():
            if key in self.running:
                spend.add(found.spent, key.configuration.model.startswith(SCRIPTED))
        return spend
