"""Several questions held to one error rate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

K = TypeVar("K")


def held(p: Mapping[K, float]) -> dict[K, float]:
    """Return each p as it is once all of them are allowed for: at most 0.05 is then a decision.

    That any of the decisions is wrong has a chance of 5% at most, however the questions hang together.
    Source: S. Holm, "A simple sequentially rejective multiple test procedure" (1979).
    """
    found: dict[K, float] = {}
    least = 0.0
    for i, key in enumerate(sorted(p, key=lambda k: p[k])):
        least = max(least, min(1.0, p[key] * (len(p) - i)))
        found[key] = least
    return found
