"""Draws of results whose truth is known, and how often intervals and verdicts are right about them.

The intervals are evaluated for thousands of draws at once, by a copy of their weights in numpy that
test_coverage.py holds against `mean_interval` and `difference_interval`; tests and ranks are the project's own.

python -m tests.stats.simulate [DRAWS]   prints the coverages as markdown
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from functools import cache
from itertools import cycle

import attrs
import numpy
from numpy.typing import NDArray

from cab_core.stats import Configuration, Pair, Summary, Tally, Verdict, summarise
from cab_core.stats.paired import ERROR, probability

Array = NDArray[numpy.float64]
Rng = numpy.random.Generator
Easiness = Callable[[Rng, tuple[int, ...]], Array]

# How easy tasks are: the mean over all that could be drawn, and how to draw some.
TRUTHS: Mapping[str, tuple[float, Easiness]] = {
    "Beta(½, ½)": (0.5, lambda rng, size: rng.beta(0.5, 0.5, size)),
    "Beta(2, 2)": (0.5, lambda rng, size: rng.beta(2, 2, size)),
    "Beta(0.8, 0.2)": (0.8, lambda rng, size: rng.beta(0.8, 0.2, size)),
    "0.05": (0.05, lambda rng, size: numpy.full(size, 0.05)),
    "0.7": (0.7, lambda rng, size: numpy.full(size, 0.7)),
    "0.95": (0.95, lambda rng, size: numpy.full(size, 0.95)),
}
ATTEMPTS = (1, 2, 3, 5, 10)

# How easy a task is for B, by how easy it is for A: as easy, harder by a fifth, unrelated, or the other way round
# for half of the tasks.
OTHERS: Mapping[str, Callable[[Rng, Array, Easiness], Array]] = {
    "equal": lambda rng, p, easiness: p,
    "worse": lambda rng, p, easiness: 0.7 * p,
    "unrelated": lambda rng, p, easiness: easiness(rng, p.shape),
    "crossed": lambda rng, p, easiness: numpy.where(rng.random(p.shape) < 0.5, p, 1 - p),
}


@attrs.frozen
class Side:
    """Solved and counted cells of each task (a column) in each draw (a row)."""

    solved: Array
    counted: Array

    @property
    def rates(self) -> Array:
        """Solved / counted, and 0 where nothing was counted."""
        return self.solved / numpy.maximum(self.counted, 1)


def attempt(rng: Rng, easiness: Array, attempts: int, missing: float = 0.0) -> Side:
    """Draw what comes of so many attempts at each task, of which some are not counted."""
    counted = rng.binomial(attempts, 1 - missing, easiness.shape)
    return Side(rng.binomial(counted, easiness).astype(float), counted.astype(float))


def tasks(rng: Rng, truth: str, draws: int, n: int, family: int = 1) -> Array:
    """Draw how easy `n` tasks are, which are alike within families of that size."""
    return numpy.repeat(TRUTHS[truth][1](rng, (draws, n // family)), family, axis=1)


def two_sides(
    rng: Rng, truth: str, other: str, draws: int, n: int, attempts: tuple[int, int], missing: float = 0.0
) -> tuple[Side, Side, float]:
    """Draw two configurations on the same tasks; and return the true difference."""
    mean, easiness = TRUTHS[truth]
    p = tasks(rng, truth, draws, n)
    q = OTHERS[other](rng, p, easiness)
    difference = {"worse": 0.3 * mean, "crossed": mean - 0.5}.get(other, 0.0)
    return attempt(rng, p, attempts[0], missing), attempt(rng, q, attempts[1], missing), difference


def rate_covered(side: Side, truth: float, family: int = 1) -> NDArray[numpy.bool_]:
    """Tell of each draw with a verdict whether `mean_interval` holds the truth."""
    draws = len(side.solved)
    grouped = (draws, -1, family)
    total = side.rates.reshape(grouped).sum(2)
    size = (side.counted > 0).reshape(grouped).sum(2).astype(float)
    some = size.any(axis=1)
    total, size = total[some], size[some]
    units = (size > 0).sum(1)
    mean = (size**2).sum(1) / size.sum(1)
    cells = side.counted[some].sum(1) / units
    imaginary = numpy.column_stack([-truth * mean, (1 - truth) * mean])
    moved = 1 / (4 * numpy.sqrt(cells))
    return _covered(total - truth * size, (size > 0).astype(float), imaginary, moved)


def difference_covered(a: Side, b: Side, truth: float) -> NDArray[numpy.bool_]:
    """Tell of each draw with a pair whether `difference_interval` holds the truth."""
    both = (a.counted > 0) & (b.counted > 0)
    some = both.any(axis=1)
    both = both[some]
    difference = numpy.where(both, (a.rates - b.rates)[some], 0.0)
    units = both.sum(1)
    counts = [numpy.where(both, 1 / numpy.maximum(side.counted[some], 1), 0.0).sum(1) for side in (a, b)]
    cells = 2 * units / (counts[0] + counts[1])
    truth = (truth + 1) / 2  # as a rate: from 0 to 1
    imaginary = numpy.tile([-truth, 1 - truth], (len(both), 1))
    moved = 1 / (4 * numpy.sqrt(cells))
    return _covered(
        numpy.where(both, (difference + 1) / 2 - truth, 0.0), both.astype(float), imaginary, moved
    )


def _covered(c: Array, shapes: Array, imaginary: Array, moved: Array) -> NDArray[numpy.bool_]:
    low = numpy.column_stack([0.5 + moved, 0.5 - moved])
    inside = below(c, shapes, imaginary, low) >= 0.025
    return inside & (below(c, shapes, imaginary, low[:, ::-1]) <= 0.975)


_STEPS = numpy.arange(-4.2, 4.25, 0.1)
_NODES = numpy.exp(numpy.pi / 2 * numpy.sinh(_STEPS))
_SHARES = 0.1 * numpy.pi / 2 * numpy.cosh(_STEPS) / numpy.pi


def below(c: Array, shapes: Array, imaginary: Array, weights: Array) -> Array:
    """Return P(Σ w c <= 0) for each row: Gil-Pelaez's integral as it stands, by double exponential quadrature."""
    values, place = numpy.unique(c, return_inverse=True)
    few = len(values) < 40
    if few:  # a column for each value, with the shapes of all that have it
        rows = numpy.arange(len(c))[:, None] * len(values) + place.reshape(c.shape)
        shapes = numpy.bincount(rows.ravel(), shapes.ravel(), len(c) * len(values)).reshape(len(c), -1)
    found = numpy.full(len(c), 0.5)
    for u, share in zip(_NODES, _SHARES, strict=True):
        turn = (weights * numpy.arctan(u * imaginary)).sum(1)
        shrink = (weights * numpy.log1p((u * imaginary) ** 2)).sum(1)
        if few:
            turn += shapes @ numpy.arctan(u * values)
            shrink += shapes @ numpy.log1p((u * values) ** 2)
        else:
            turn += (shapes * numpy.arctan(u * c)).sum(1)
            shrink += (shapes * numpy.log1p((u * c) ** 2)).sum(1)
        found -= share * numpy.sin(turn) * numpy.exp(-shrink / 2)
    return found


def pairs(a: Side, b: Side) -> Iterator[list[Pair]]:
    """Return the pairs of each draw."""
    for row in zip(a.solved, a.counted, b.solved, b.counted, strict=True):
        cells = [tuple(int(v) for v in column) for column in zip(*row, strict=True)]
        yield [
            Pair(unit=(f"p/{i:03}",), a=Tally(ka, na), b=Tally(kb, nb))
            for i, (ka, na, kb, nb) in enumerate(sorted(c for c in cells if c[1] and c[3]))
        ]


def verdicts(a: Side, b: Side) -> list[int]:
    """Return the verdict on A in each draw: 1 better, -1 worse, 0 undecided."""
    return [_verdict(tuple(found)) for found in pairs(a, b)]


@cache
def _verdict(found: tuple[Pair, ...]) -> int:
    difference = sum((p.difference for p in found), Fraction(0))
    if not found or probability(found, {}, "like", enough=ERROR) > ERROR:
        return 0
    return 1 if difference > 0 else -1


def equal_lines(rng: Rng, n: int, lines: int, attempts: Iterable[int] = (1,)) -> dict[Configuration, Summary]:
    """Draw a board of lines that are all as good, with these attempts a task, one line after the other."""
    p = tasks(rng, "Beta(½, ½)", 1, n)
    made = {}
    for i, many in zip(range(lines), cycle(attempts)):
        side = attempt(rng, p, many)
        config = Configuration(tui=f"cli-{i:02}", model="m")
        made[config] = summarise(
            Verdict(config=config, task=f"p/{t:03}", outcome="passed" if solved else "failed", passed=solved)
            for t, k in enumerate(side.solved[0])
            for solved in [True] * int(k) + [False] * (many - int(k))
        )
    return made


def rate_coverages(
    draws: int, n: int, attempts: int, missing: float = 0.0, family: int = 1
) -> dict[str, float]:
    """Return the share of draws whose interval of the rate holds the truth, by how easy the tasks are."""
    found = {}
    for truth, (mean, _) in TRUTHS.items():
        rng = numpy.random.default_rng([n, attempts, family, *truth.encode()])
        side = attempt(rng, tasks(rng, truth, draws, n, family), attempts, missing)
        found[truth] = float(rate_covered(side, mean, family).mean())
    return found


def difference_coverages(
    draws: int, n: int, attempts: tuple[int, int], missing: float = 0.0
) -> dict[tuple[str, str], float]:
    """Return the share of draws whose interval of the difference holds the truth, by what A and B are like."""
    found = {}
    for truth in TRUTHS:
        for other in OTHERS:
            rng = numpy.random.default_rng([n, *attempts, *truth.encode(), *other.encode()])
            a, b, difference = two_sides(rng, truth, other, draws, n, attempts, missing)
            found[truth, other] = float(difference_covered(a, b, difference).mean())
    return found


_SIZES = (5, 8, 10, 12, 16, 20, 30, 50, 100)


def _table(
    title: str, columns: Mapping[str, Callable[[int], Mapping[object, float]]], sizes: tuple[int, ...]
) -> str:
    lines = [f"| {title} | {' | '.join(columns)} |", "| --- |" + " --- |" * len(columns)]
    for n in sizes:
        cells = (sorted(column(n).values()) for column in columns.values())
        said = (" ".join(f"{100 * float(q):.1f}" for q in (c[0], numpy.median(c), c[-1])) for c in cells)
        lines.append(f"| {n} | {' | '.join(said)} |")
    return "\n".join(lines)


def main(draws: int) -> None:
    """Print the coverages: least, median and largest over what the tasks may be like."""
    for missing in (0.0, 0.2):
        for family, sizes in ((1, _SIZES), (5, (40, 50, 100))):
            columns = {
                f"{m} attempt{'s' * (m > 1)}": lambda n, m=m: rate_coverages(draws, n, m, missing, family)  # type: ignore[misc] # noqa: B023
                for m in ATTEMPTS
            }
            title = f"rate, n{', families of five' * (family > 1)}{', 20% missing' * (missing > 0)}"
            print(_table(title, columns, sizes), end="\n\n", flush=True)
        columns = {
            f"{a} and {b}": lambda n, m=(a, b): difference_coverages(draws, n, m, missing)  # type: ignore[misc] # noqa: B023
            for a, b in ((1, 1), (2, 2), (3, 3), (10, 10), (5, 1))
        }
        title = f"difference, n{', 20% missing' * (missing > 0)}"
        print(_table(title, columns, _SIZES), end="\n\n", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3000)
