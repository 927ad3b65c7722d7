"""A small seeded generator, the same in Python and in the browser, and the resamples drawn from it."""

from __future__ import annotations

import functools
from array import array
from collections.abc import Iterator, Sequence

DRAWS = 2000
SEED = 20260101


def mulberry32(seed: int) -> Iterator[int]:
    """Yield 32-bit numbers of the generator mulberry32 by Tommy Ettinger (2017, public domain).

    It is chosen because a few lines of JavaScript give the same numbers, so that `cab compare` and the
    compare page agree. It is good enough to draw tasks, and no more than that.
    """
    state = seed & 0xFFFFFFFF
    while True:
        state = (state + 0x6D2B79F5) & 0xFFFFFFFF
        mixed = ((state ^ (state >> 15)) * (state | 1)) & 0xFFFFFFFF
        mixed ^= (mixed + ((mixed ^ (mixed >> 7)) * (mixed | 61))) & 0xFFFFFFFF
        yield mixed ^ (mixed >> 14)


@functools.lru_cache(maxsize=8)
def resamples(n: int, draws: int = DRAWS, seed: int = SEED) -> tuple[array[int], ...]:
    """Return `draws` samples of `n` indices below `n`, with replacement.

    Every figure with the same n is drawn from the same samples: it costs less, and two figures differ
    by their data alone.
    """
    numbers = mulberry32(seed)
    return tuple(array("I", ((next(numbers) * n) >> 32 for _ in range(n))) for _ in range(draws))


def resampled_means(values: Sequence[float], draws: int = DRAWS, seed: int = SEED) -> list[float]:
    """Return the sorted means of the resamples of `values`."""
    n, at = len(values), values.__getitem__
    return sorted(sum(map(at, row)) / n for row in resamples(n, draws, seed))


def quantile(ordered: Sequence[float], q: float) -> float:
    """Return the q-quantile of sorted values by linear interpolation.

    Definition 7 of Hyndman and Fan, "Sample Quantiles in Statistical Packages" (1996), the default of R
    and NumPy: position (n - 1) q.
    """
    position = (len(ordered) - 1) * q
    low = int(position)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (position - low)
