"""Student's t distribution, for means of values of any size."""

from __future__ import annotations

import math
from functools import lru_cache


def two_sided(t: float, df: int) -> float:
    """Return how often chance alone brings a value as far from 0 as `t`, to either side.

    The closed form for whole degrees of freedom: M. Abramowitz and I. A. Stegun, "Handbook of Mathematical
    Functions" (1964), 26.7.3 and 26.7.4. It is right to about 14 decimals.
    """
    angle = math.atan2(abs(t), math.sqrt(df))
    cos, sin = math.cos(angle), math.sin(angle)
    term, total, odd = 1.0, 0.0, df % 2
    for k in range(odd, df - 1, 2):  # of the series, its term and the factor to the next one
        total += term
        term *= (k + 1) / (k + 2) * cos * cos
    if not odd:
        return max(0.0, 1 - sin * total)
    return max(0.0, 1 - 2 / math.pi * (angle + sin * cos * total))


@lru_cache(256)
def quantile(p: float, df: int) -> float:
    """Return the value that a share `p` of the distribution is below, by bisection."""
    if p < 0.5:
        return -quantile(1 - p, df)
    low, high, aim = 0.0, 1.0, 2 * (1 - p)
    while two_sided(high, df) > aim:
        low, high = high, 2 * high
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if two_sided(middle, df) > aim else (low, middle)
    return (low + high) / 2
