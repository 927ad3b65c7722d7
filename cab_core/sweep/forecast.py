"""What cells that are to be run will take, by what earlier ones took: medians, and the half in the middle.

A cell takes what those of its configuration took, else those of its CLI with its model, in any version,
stack or runtime; where there is none, nothing is known.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Literal

import attrs

from cab_core.errors import UserError
from cab_core.records import OUTCOMES, CellSummary, Configuration
from cab_core.store.reading import opened

Level = Literal["configuration", "CLI x model"]
FIGURES = ("calls", "tokens", "usd", "seconds")
_COUNTED = 100  # cells of one basis whose calls are counted, which takes reading a file of each
_BLOCK = 1 << 20


@attrs.frozen(kw_only=True)
class Spread:
    """A figure of `n` cells: the median, and the range of the half in the middle."""

    n: int
    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread | None:
        """Return the spread; None of no value."""
        if not values:
            return None
        low, _, high = quantiles(values, n=4, method="inclusive") if len(values) > 1 else [values[0]] * 3
        return cls(n=len(values), median=median(values), low=low, high=high)

    def times(self, factor: float) -> Spread:
        """Return it for so many cells; `n` stays, for it rests on no more."""
        return Spread(n=self.n, median=self.median * factor, low=self.low * factor, high=self.high * factor)


@attrs.frozen(kw_only=True)
class Basis:
    """What is known of cells of one configuration that are to be run. A figure that is not is None."""

    configuration: Configuration
    cells: int
    level: Level | None
    figures: Mapping[str, Spread | None]


@attrs.frozen(kw_only=True)
class Total:
    """A figure of all cells to be run that it is known for; `unknown`: how many it is not known for."""

    spread: Spread | None
    unknown: int


@attrs.frozen(kw_only=True)
class Forecast:
    """What is to be spent. `wall`: seconds on the clock, so many cells at once."""

    bases: tuple[Basis, ...]
    width: int

    def total(self, figure: str) -> Total:
        """Return a figure of all cells together."""
        known = [(b.cells, s) for b in self.bases if (s := b.figures[figure])]
        unknown = sum(b.cells for b in self.bases if b.figures[figure] is None)
        return Total(spread=_sum([s.times(n) for n, s in known]), unknown=unknown)

    @property
    def wall(self) -> Total:
        """The seconds of all cells, shared among those that run at once; no less than one cell takes."""
        found = self.total("seconds")
        if found.spread is None:
            return found
        spread, longest = found.spread, max(s.median for b in self.bases if (s := b.figures["seconds"]))
        at_once = max(1, min(self.width, sum(b.cells for b in self.bases)))
        whole = spread.times(1 / at_once)
        return attrs.evolve(
            found,
            spread=attrs.evolve(whole, median=max(whole.median, longest), high=max(whole.high, longest)),
        )


def forecast(
    to_run: Iterable[Configuration], earlier: Iterable[tuple[str, CellSummary]], width: int
) -> Forecast:
    """Return what cells of these configurations, one each, will take; `earlier`: cells with directories."""
    wanted = Counter(to_run)
    same: dict[object, list[tuple[str, CellSummary]]] = defaultdict(list)
    near = {_near(c) for c in wanted}
    for path, cell in earlier:
        config = cell.cell.configuration
        if OUTCOMES[cell.outcome].counted and _near(config) in near:
            same[config].append((path, cell))
            same[_near(config)].append((path, cell))
    return Forecast(bases=tuple(_basis(c, n, same) for c, n in wanted.items()), width=width)


def _near(configuration: Configuration) -> tuple[str, str]:
    return configuration.tui, configuration.model


def _basis(
    configuration: Configuration, cells: int, found: Mapping[object, list[tuple[str, CellSummary]]]
) -> Basis:
    level: Level | None = "configuration"
    used = found.get(configuration)
    if not used:
        used, level = found.get(_near(configuration), []), "CLI x model"
    taken = {
        "calls": [n for path, _ in used[-_COUNTED:] if (n := _calls(path)) is not None],
        "tokens": [float(t) for _, c in used if (t := c.tokens.total) is not None],
        "usd": [u for _, c in used if (u := 0.0 if c.scripted else c.tokens.usd) is not None],
        "seconds": [s for _, c in used if (s := seconds_of(c)) is not None],
    }
    figures = {name: Spread.of(values) for name, values in taken.items()}
    return Basis(configuration=configuration, cells=cells, level=level if used else None, figures=figures)


def seconds_of(cell: CellSummary) -> float | None:
    """Return how long a cell took on the clock; None where its times are none."""
    with suppress(ValueError):
        start, end = (datetime.fromisoformat(t) for t in (cell.started_at, cell.ended_at))
        return (end - start).total_seconds()
    return None


def _calls(directory: str) -> float | None:
    """Return how many calls are on record; None where the file cannot be read."""
    try:
        file = opened(Path(directory, "calls.jsonl"))
    except UserError:
        return None
    if file is None:
        return None
    with file:
        return float(sum(block.count(b"\n") for block in iter(lambda: file.read(_BLOCK), b"")))


def _sum(spreads: Sequence[Spread]) -> Spread | None:
    if not spreads:
        return None
    return Spread(
        n=sum(s.n for s in spreads),
        median=sum(s.median for s in spreads),
        low=sum(s.low for s in spreads),
        high=sum(s.high for s in spreads),
    )
