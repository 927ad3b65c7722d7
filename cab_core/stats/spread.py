"""Outcomes of many tasks that stand for all that can come: spread evenly, and the same each time."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache

POINTS = 1000


def outcomes(chances: Sequence[float], tasks: int, points: int = POINTS) -> list[tuple[int, ...]]:
    """Return how many of `tasks` came to each place of `chances`, in each of `points` outcomes.

    They are an additive recurrence, which fills a cube of as many dimensions as there are free places more
    evenly than random points do (M. Roberts, "The unreasonable effectiveness of quasirandom sequences",
    2018); each coordinate is turned into a binomial count of the tasks that are left. So a share of the
    outcomes is off by about a hundredth at most, and nothing is drawn.
    """
    places = sorted((i for i, p in enumerate(chances) if p > 0), key=lambda i: -chances[i])
    found = []
    for point in _recurrence(len(places) - 1, points):
        counts, left, mass = [0] * len(chances), tasks, 1.0
        for place, u in zip(places, point, strict=False):
            counts[place] = bisect_left(_cumulated(left, min(1.0, chances[place] / mass)), u)
            left, mass = left - counts[place], max(mass - chances[place], 1e-300)
        counts[places[-1]] = left
        found.append(tuple(counts))
    return found


def _recurrence(dimensions: int, points: int) -> Iterator[list[float]]:
    root = 2.0
    for _ in range(60):  # the number x > 1 with x^(d + 1) = x + 1
        root = (1 + root) ** (1 / (dimensions + 1))
    steps = [root ** -(i + 1) for i in range(dimensions)]
    for n in range(1, points + 1):
        yield [(0.5 + n * step) % 1 for step in steps]


@lru_cache(1 << 14)
def _cumulated(n: int, p: float) -> tuple[float, ...]:
    """Return how likely at most k of n are, for each k but the last: that has what is left."""
    if p >= 1.0:
        return (0.0,) * n
    found, total = [], 0.0
    for k in range(n):
        log = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
        total += math.exp(log + k * math.log(p) + (n - k) * math.log1p(-p))
        found.append(total)
    return tuple(found)
