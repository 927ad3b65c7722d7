"""Intervals of a pass rate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

import attrs

from .draws import DRAWS, SEED, quantile, resampled_means

LEVEL = 0.95


@attrs.frozen(kw_only=True)
class Interval:
    """A confidence interval and how it was made (`wilson` or `bootstrap`)."""

    low: float
    high: float
    method: str
    level: float = LEVEL


def wilson(successes: int, n: int, level: float = LEVEL) -> Interval | None:
    """Return Wilson's score interval of a proportion, None where n is 0.

        centre = (p + z² / 2n) / (1 + z² / n)
        half   = z / (1 + z² / n) · sqrt(p (1 - p) / n + z² / 4n²)

    with p = successes / n and z the normal quantile of (1 + level) / 2. Source: E. B. Wilson, "Probable
    Inference, the Law of Succession, and Statistical Inference", JASA 22 (1927); recommended for small n
    by Brown, Cai and DasGupta, "Interval Estimation for a Binomial Proportion" (2001).

    Raises:
        ValueError: `successes` is not between 0 and `n`.
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes of {n}")
    if n == 0:
        return None
    z = NormalDist().inv_cdf((1 + level) / 2)
    p, scale = successes / n, 1 + z * z / n
    centre = (p + z * z / (2 * n)) / scale
    half = z / scale * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == n else min(1.0, centre + half)
    return Interval(low=low, high=high, method="wilson", level=level)


def cluster_bootstrap(
    clusters: Sequence[Sequence[float]], level: float = LEVEL, draws: int = DRAWS, seed: int = SEED
) -> Interval | None:
    """Return the percentile bootstrap interval of the mean of the clusters' means.

    A cluster is a task, its values are the attempts at it (0 or 1). Attempts at one task are not
    independent, so whole tasks are drawn, with replacement; the interval runs from the
    (1 - level) / 2 to the (1 + level) / 2 quantile of the means of the draws. Source: Davison and
    Hinkley, "Bootstrap Methods and their Application" (1997), 3.8 (clusters) and 5.3.1 (percentiles).

    None for fewer than two clusters. Where every value is 0, or every value is 1, the bootstrap cannot
    see how the next task may differ and would give a width of 0; there it is Wilson's interval on the
    number of tasks.
    """
    means = [sum(c) / len(c) for c in clusters if c]
    if means and means[0] in (0.0, 1.0) and len(set(means)) == 1:
        return wilson(int(sum(means)), len(means), level)
    if len(means) < 2:
        return None
    ordered = resampled_means(means, draws, seed)
    low, high = quantile(ordered, (1 - level) / 2), quantile(ordered, (1 + level) / 2)
    return Interval(low=low, high=high, method="bootstrap", level=level)
