"""Counting the dollars of finished cells anew where the price of their model was changed since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs

from cab_core.errors import UserError
from cab_core.gateway.price import Price
from cab_core.gateway.price_table import TablePrice
from cab_core.plugins.protocols import Scorer, StopSignal
from cab_core.records import CellSummary
from cab_core.records.price import PriceSource
from cab_core.records.result import Voided
from cab_core.run.planned import PlannedCell
from cab_core.run.recount import recount, same_price
from cab_core.store.cells import Store
from cab_core.words import plural

from .written import written


@attrs.define
class Recount:
    """Counts anew, and keeps what is to be told: how many cells by which price, how many not and why."""

    store: Store
    scorers: Sequence[Scorer]
    stop: StopSignal
    _sources: dict[Price | TablePrice, PriceSource] = attrs.field(factory=dict, init=False)
    _counted: Counter[str] = attrs.field(factory=Counter, init=False)
    _left: Counter[str] = attrs.field(factory=Counter, init=False)

    def may_be_due(self, planned: PlannedCell, standing: CellSummary | None) -> bool:
        """Return whether the tries of a cell are to be looked at, by the one that stands."""
        in_vain = standing is None or bool(standing.voided)  # of which it does not say by what price
        return planned.model.price is not None and (in_vain or self._is_due(planned, standing))

    def _is_due(self, planned: PlannedCell, found: CellSummary | None) -> bool:
        """Return whether a try's dollars come from another price than that of now, which then there is."""
        price = planned.model.price
        return bool(price and found and not same_price(found.price, self._source(price)))

    def _source(self, price: Price | TablePrice) -> PriceSource:
        """Return where a price comes from; a table takes a third of a millisecond to say it."""
        if price not in self._sources:
            self._sources[price] = price.source
        return self._sources[price]

    def __call__(self, planned: PlannedCell, tries: Sequence[str]) -> None:
        """Count the tries of a cell, oldest first: what those in vain took is told in those after them.

        Raises:
            UserError, InfraError: one cannot be written.
        """
        earlier = list[CellSummary]()
        for path in tries:
            found = self.store.summary(path)
            if found.content_key != planned.content_key:
                continue
            if self._is_due(planned, found) and not self.stop.is_set():
                with written(self.store, planned.cell, self.stop):
                    self._one(planned, path, Voided.of(earlier).usd)
                found = self.store.summary(path)
            earlier.append(found)

    def _one(self, planned: PlannedCell, path: str, voided_usd: float | None) -> None:
        price = planned.model.price
        assert price is not None  # it is due
        try:
            whole = recount(Path(path), price, voided_usd, self.scorers)
        except UserError as exc:
            self._left[str(exc)] += 1
        else:
            by = f"{self._source(price).rates} ({self._source(price).told})"
            self._counted.update([by] if whole else [])
            self._left.update([] if whole else ["calls.jsonl does not hold all calls"])

    def told(self) -> Iterator[str]:
        """Yield what was done, in sentences."""
        for by, n in self._counted.items():
            yield f"dollars of {plural(n, 'cell')} counted anew, without a model: {by}"
        for why, n in self._left.items():
            yield f"dollars of {plural(n, 'cell')} stay those of another price: {why}"
