"""Two configurations on the same tasks."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb

from .draws import DRAWS, SEED, quantile, resampled_means
from .intervals import LEVEL, Interval


def exact_mcnemar(only_a: int, only_b: int) -> float:
    """Return the two-sided p value of McNemar's exact test.

        p = min(1, 2 · sum over i = 0 .. min(b, c) of C(b + c, i) / 2^(b + c))

    with b tasks that A alone solved and c that B alone solved: under "no difference" each of the b + c
    fell to either side with probability 1/2. Tasks on which both agree say nothing. 1 where there is no
    such task. Sources: Q. McNemar, Psychometrika 12 (1947); the exact form is the sign test, Fagerland,
    Lydersen and Laake, "The McNemar test for binary matched-pairs data" (2013).

    Raises:
        ValueError: a count is negative.
    """
    if only_a < 0 or only_b < 0:
        raise ValueError(f"counts must not be negative: {only_a}, {only_b}")
    n = only_a + only_b
    tail = sum(comb(n, i) for i in range(min(only_a, only_b) + 1))
    return min(1.0, 2 * tail / (1 << n))


def paired_bootstrap(
    differences: Sequence[float], level: float = LEVEL, draws: int = DRAWS, seed: int = SEED
) -> Interval | None:
    """Return the percentile bootstrap interval of the mean difference of pairs.

    A difference is one task's: rate of A minus rate of B. Tasks are drawn with replacement, so that a
    pair stays together. Source: Efron and Tibshirani, "An Introduction to the Bootstrap" (1993),
    chapters 8 and 13. None where fewer than two tasks are given or all differences are equal: then the
    draws do not vary, and a width of 0 would claim a certainty that is not there.
    """
    if len(differences) < 2 or len(set(differences)) == 1:
        return None
    ordered = resampled_means(differences, draws, seed)
    low, high = quantile(ordered, (1 - level) / 2), quantile(ordered, (1 + level) / 2)
    return Interval(low=low, high=high, method="bootstrap", level=level)
