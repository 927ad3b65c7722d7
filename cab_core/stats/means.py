"""The mean over tasks of values of any size, by family: its standard error, p and interval."""

from __future__ import annotations

import math
from collections.abc import Sequence

import attrs

from .intervals import LEVEL, Interval, Totals
from .student import quantile, two_sided


@attrs.frozen(kw_only=True)
class Mean:
    """A mean over tasks; `error` is its standard error, from `units` families. See `mean_of`."""

    value: float
    error: float
    units: int

    def p(self, truth: float = 0.0) -> float:
        """Return p of the t test that the true mean is `truth`."""
        return two_sided((self.value - truth) / self.error, self.units - 1)

    def p_below(self, bound: float) -> float:
        """Return p of the one-sided t test against a true mean of `bound` or more."""
        half = self.p(bound) / 2
        return half if self.value < bound else 1 - half

    @property
    def interval(self) -> Interval:
        """The 95% interval, which holds 0 just where p is more than 0.05."""
        reach = quantile((1 + LEVEL) / 2, self.units - 1) * self.error
        return Interval(low=self.value - reach, high=self.value + reach, method="t", units=self.units)


def mean_of(units: Totals) -> Mean | None:
    """Return the mean of (sum of the values, number of tasks) of each family; None where nothing varies.

    Σ y / Σ z, with the variance n / (n - 1) Σ (y - mean z)² / (Σ z)² of a ratio whose units are families (W.
    G. Cochran, "Sampling Techniques", 1977, 2.11), and n - 1 degrees of freedom (Student, 1908). With a task
    a family it is the t test of one sample. Where no two families differ, how far others would cannot be
    told.
    """
    n, size = len(units), sum(z for _, z in units)
    if n < 2:
        return None
    mean = sum(y for y, _ in units) / size
    error = math.sqrt(n / (n - 1)) * math.hypot(*(y - mean * z for y, z in units)) / size
    return Mean(value=mean, error=error, units=n) if 1e-12 * abs(mean) < error < math.inf else None


def by_family(values: Sequence[tuple[str, float]]) -> list[tuple[float, float]]:
    """Return the sum and the number of values of each family."""
    found: dict[str, tuple[float, float]] = {}
    for family, value in values:
        total, tasks = found.get(family, (0.0, 0.0))
        found[family] = total + value, tasks + 1
    return list(found.values())
