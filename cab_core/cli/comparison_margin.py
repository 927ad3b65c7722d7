"""What a comparison says of a margin: whether a loss and a gain as large are excluded."""

from __future__ import annotations

import math
from collections.abc import Callable

from cab_core.stats import Comparison, percent

from .compared import share


def margin_text(found: Comparison) -> str:
    """Return whether a loss and a gain of the margin are excluded, by which bounds; empty without one.

    A bound alone would read like a finding of its own beside the verdict: it speaks of the margin only. One
    at an end of the scale bounds nothing.
    """
    if found.margin is None or found.bounds is None:
        return ""
    low, high, margin = found.bounds.low, found.bounds.high, share(found.margin)
    lower = f"A - B > {_outward(low, math.floor)}" if low > -1 else "no lower bound"
    upper = f"A - B < {_outward(high, math.ceil)}" if high < 1 else "no upper bound"
    loss, gain = (_excluded(yes) for yes in (low > -found.margin, high < found.margin))
    return (
        f"{margin}: A worse by {margin} or more {loss} ({lower}), "
        f"A better by {margin} or more {gain} ({upper}); each claim is wrong in at most 5%"
    )


def _excluded(yes: bool) -> str:
    return "is excluded" if yes else "is not excluded"


def _outward(bound: float, to: Callable[[float], int]) -> str:
    """Return a bound in percent, rounded so that it claims no more than it may."""
    tenths = to(float(f"{bound * 1000:.9g}"))
    return percent(tenths / 1000, signed=True)
