"""What a plan would do, and what that would take, without doing it."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from cab_core.records import CellSummary
from cab_core.run.planned import PlannedCell
from cab_core.store.cells import Store
from cab_core.store.reading import uncollected

from .forecast import Forecast, forecast
from .plan import Plan
from .states import State, Verdict, state_of

TO_RUN = ("RERUN", "NEW")
_ENOUGH = 3  # earlier cells of a configuration, before others are looked for


@attrs.frozen(kw_only=True)
class Preview:
    """The plan's cells, each with what is to be done, in its order."""

    plan: Plan
    states: list[State]
    forecast: Forecast

    @property
    def cells(self) -> Iterator[tuple[PlannedCell, State]]:
        """Each cell with its state."""
        return zip(self.plan.cells, self.states, strict=True)


def preview(plan: Plan, store: Store, width: int, verdict: Verdict, fresh: bool = False) -> Preview:
    """Look at what there is; `fresh`: all cells would be run, whatever there is.

    Raises:
        UserError: a cell that is there cannot be read.
    """
    with uncollected():
        states = [state_of(p, store, verdict) for p in plan.cells]
        if fresh:
            states = [s if s.name == "NEW" else _anew(s) for s in states]
        to_run = [p.cell.configuration for p, s in zip(plan.cells, states, strict=True) if s.name in TO_RUN]
        known = [(s.directory, s.known) for s in states if s.directory and s.known]
        few = {c.cell.configuration: 0 for _, c in known}
        for _, cell in known:
            few[cell.cell.configuration] += 1
        if any(few.get(c, 0) < _ENOUGH for c in set(to_run)):
            known = _all(store)
        return Preview(plan=plan, states=states, forecast=forecast(to_run, known, width))


def _anew(state: State) -> State:
    return attrs.evolve(state, name="RERUN", reasons=("--fresh was asked for", *state.reasons))


def _all(store: Store) -> list[tuple[str, CellSummary]]:
    return [(str(path), found) for path, found in store.summaries()] if store.root.is_dir() else []
