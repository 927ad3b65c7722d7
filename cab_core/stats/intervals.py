"""Intervals: of a rate, of a mean, of a median, of an amount for each task solved, of a difference."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence

import attrs

from .gammas import Weights, probability_below, quantile

LEVEL = 0.95
_BOUNDING = 5  # units whose least and greatest value hold the median often enough
FEW = 3  # units; with so few an interval covers the truth less often than it says

# (sum of the values, number of tasks) of a unit: a task, or a family of related ones.
Totals = Sequence[tuple[float, float]]
Point = tuple[float, float]


@attrs.frozen(kw_only=True)
class Interval:
    """A 95% interval, how it was made, and of how many independent units: tasks, or families of them."""

    low: float
    high: float
    method: str
    units: int
    level: float = LEVEL

    @property
    def weak(self) -> bool:
        """True where so few units are behind it that it covers the truth less often than it says.

        On exactly these tasks they are all that there are, and none is too few.
        """
        return self.method == "bootstrap" and self.units <= FEW


def mean_interval(units: Totals, cells: float, known: float = 1.0) -> Interval | None:
    """Return the interval of a mean of values from 0 to 1 at tasks like these; None without a task.

    It is the Bayesian bootstrap (D. B. Rubin, "The Bayesian bootstrap", 1981): each unit weighs as a gamma
    distribution of shape 1 says. An imaginary unit at 0 and one at 1, of shape 1/2 and as large as the one
    that a task is in on average, stand for what these tasks cannot show. For the lower end 1 / (4 √m) of that
    is moved from 1 to 0, and for the upper end from 0 to 1, with m = `cells` for each unit. With one cell a
    unit this is a beta distribution, half way from Jeffreys' interval to that of Clopper and Pearson (1934).
    `known` is the share of the cells whose value is known: it is the shape of a unit that is known in part.
    """
    if not units:
        return None
    count, size = _sizes(units)
    ends = _ends(alike(units, known), (0.0, size), (size, size), cells / len(units))
    mean = sum(y for y, _ in units) / sum(z for _, z in units)
    return _holding(mean, _interval("bootstrap", count, ends, 0.0, 1.0))


def trials_interval(rate: float, trials: float, units: int) -> Interval | None:
    """Return the interval of a rate on exactly these tasks: that of as many equal trials; None without any.

    `trials` are those of `tally.trials`. The cells of different tasks differ less around their own rates than
    cells of one would around the mean, so that this is rather too wide (W. Hoeffding, "On the distribution of
    the number of successes in independent trials", 1956).
    """
    if not units:
        return None
    solved = {(1.0, 1.0): rate * trials, (0.0, 1.0): (1 - rate) * trials}
    ends = _ends(solved, (0.0, 1.0), (1.0, 1.0), 1.0)
    return _holding(rate, _interval("beta", units, ends, 0.0, 1.0))


def difference_interval(units: Totals, cells: float) -> Interval | None:
    """Return the interval of a mean of values from -1 to 1 at tasks like these; None without a task.

    As `mean_interval`, with the imaginary units at -1 and at 1: that none of these tasks tells two sides
    apart does not show that none does. `cells` are those of one side.
    """
    found = mean_interval([((y + z) / 2, z) for y, z in units], cells)
    return found and attrs.evolve(found, low=2 * found.low - 1, high=2 * found.high - 1)


def square_and_add(a: Interval, b: Interval, rate_a: float, rate_b: float) -> Interval:
    """Return the interval of the difference of two rates whose own intervals are independent.

    Source: R. G. Newcombe, "Interval estimation for the difference between independent proportions" (1998),
    method 10.
    """
    difference = rate_a - rate_b
    low = difference - math.hypot(rate_a - a.low, b.high - rate_b)
    high = difference + math.hypot(a.high - rate_a, rate_b - b.low)
    return Interval(low=max(low, -1.0), high=min(high, 1.0), method="square and add", units=a.units)


def cost_interval(amounts: Totals, cells: int, known: float = 1.0) -> Interval | None:
    """Return the interval of an amount for each task solved; None where nothing was spent or solved.

    The units are (amount, solved), each summed over the unit's tasks. Imaginary units of the mean amount, one
    solved and one not, are as in `mean_interval`.
    """
    spent, solved = (sum(unit[i] for unit in amounts) for i in (0, 1))
    if not spent or not solved or len(amounts) < 2:
        return None
    mean, size = spent / len(amounts), max(1.0, max(z for _, z in amounts))
    groups = alike(amounts, known)
    cheap, dear = (mean, size), (mean, 0.0)
    least = most = spent / solved
    low, high = _ends(groups, cheap, dear, cells / len(amounts))
    while probability_below(low, least) > (1 - LEVEL) / 2 and least > 1e-9 * most:
        least /= 2
    while probability_below(high, most) < (1 + LEVEL) / 2 and most < 1e9 * spent / solved:
        most *= 2
    return _interval("bootstrap", len(amounts), (low, high), least, most)


def median_interval(units: Sequence[Sequence[float]]) -> Interval | None:
    """Return the interval of the median over tasks; None where these are too few to bound it on both sides.

    A unit is the values of its tasks. The imaginary units are below and above all others: with one task a
    unit the ends are order statistics. Of four the least and the greatest hold it in 87.5% of cases.
    """
    if len(units) < _BOUNDING:
        return None
    values = sorted({v for unit in units for v in unit})
    size = sum(map(len, units)) / len(units) / 2
    q = (1 - LEVEL) / 2

    def at_most(value: float) -> float:
        """Return the probability that the median is at most this value."""
        balances = [(sum(0.5 if v > value else -0.5 for v in unit), 1.0) for unit in units]
        return probability_below(_with(alike(balances), (-size, 1.0), (size, 1.0), 0.0), 0.0)

    low, high = (bisect_left(values, level, key=at_most) for level in (q, 1 - q))
    if at_most(values[0] - 1) >= q or high == len(values):
        return None
    return Interval(low=values[low], high=values[high], method="bootstrap", units=len(units))


def _sizes(units: Totals) -> tuple[int, float]:
    """Return how many equal units these are worth, and the size of the one that a task is in on average.

    One large family among single tasks is most of what there is, and counts as few (L. Kish, "Survey
    Sampling", 1965, 11.7: (Σ z)² / Σ z²).
    """
    total, squares = sum(z for _, z in units), sum(z * z for _, z in units)
    return math.floor(total * total / squares + 0.5), squares / total


def alike(units: Totals, shape: float = 1.0) -> dict[Point, float]:
    """Return the units by what they add up to, each with the shape of all that are alike."""
    found: dict[Point, float] = {}
    for unit in units:
        found[unit] = found.get(unit, 0.0) + shape
    return dict(sorted(found.items()))  # the order of the tasks has no influence, not even on the last digit


def _ends(units: Mapping[Point, float], low: Point, high: Point, cells: float) -> tuple[Weights, Weights]:
    """Return the weights for the lower and the upper end, with imaginary units at `low` and `high`."""
    moved = 1 / (4 * math.sqrt(cells))
    return _with(units, low, high, moved), _with(units, low, high, -moved)


def _with(units: Mapping[Point, float], low: Point, high: Point, moved: float) -> Weights:
    found = dict(units)
    found[low] = found.get(low, 0.0) + 0.5 + moved
    found[high] = found.get(high, 0.0) + 0.5 - moved
    return found


def _holding(value: float, found: Interval) -> Interval:
    """Return the interval with the estimate in it, which may be beyond by a little where it is 0 or 1."""
    return attrs.evolve(found, low=min(found.low, value), high=max(found.high, value))


def _interval(method: str, units: int, ends: tuple[Weights, Weights], least: float, most: float) -> Interval:
    low = quantile(ends[0], (1 - LEVEL) / 2, least, most)
    high = quantile(ends[1], (1 + LEVEL) / 2, least, most)
    return Interval(low=low, high=high, method=method, units=units)
