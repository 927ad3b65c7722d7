"""Is a difference smaller than what would matter? One-sided bounds, and the verdict that a margin allows.

A shifted sign-flip test would be wrong here: where A fails on a tenth of the tasks and is equal on all
others, the shifted differences are far from symmetric about 0, and with 20 tasks it says in 12% of cases that
A is not worse by a tenth. The bounds below assume nothing but that a difference is between -1 and 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, get_args

import attrs

from .gammas import Weights, quantile
from .intervals import Totals, alike
from .paired import Pair, Says, by_family, sides_of
from .tally import Families, On, trials

Verdict = Literal["better", "worse", "not worse", "equivalent", "undecided"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
ERROR = 0.05  # how often each bound, and so each claim at the margin, may be wrong


@attrs.frozen
class Bounds:
    """A - B is more than `low`, and less than `high`: each is wrong in at most 5% of comparisons."""

    low: float
    high: float


def verdict_with(says: Says, bounds: Bounds | None, margin: float | None) -> Verdict:
    """Return the one verdict of a comparison; without a margin, that of the test.

    `equivalent` (no difference larger than the margin) comes first: the margin says that smaller ones do not
    matter, whichever way they go. Both of its bounds must hold, each at 5%, which is the test of two
    one-sided tests (D. J. Schuirmann, 1987). `not worse` is non-inferiority: a loss of the margin is
    excluded.
    """
    if margin is None or bounds is None:
        return says
    above, below = bounds.low > -margin, bounds.high < margin
    if above and below:
        return "equivalent"
    if says != "undecided":
        return says
    return "not worse" if above else "undecided"


def bounds(pairs: Sequence[Pair], families: Families, on: On) -> Bounds | None:
    """Return the one-sided 95% bounds of A - B; None without a pair.

    On tasks like these: N. Gaffke's bound ("Three test statistics for a nonparametric one-sided hypothesis on
    the mean of a nonnegative variable", 2005; named and studied by E. Learned-Miller and P. S. Thomas, "A new
    confidence interval for the mean of a bounded random variable", 2019). It is the 5% quantile of the mean
    that the Bayesian bootstrap weighs anew, with one more family at the end of the scale, -1 for the lower
    bound. Where differences have two values it is the exact bound of Clopper and Pearson (1934). That it
    holds for all distributions is conjectured, not proved; the tests hold it by simulation.

    On exactly these tasks: the one-sided bounds of Clopper and Pearson of each side, joined by the square of
    their distances (Newcombe, 1998; see `intervals.square_and_add`).
    """
    if not pairs:
        return None
    if on == "like":
        totals = [(float(total), tasks) for total, tasks in by_family(pairs, families)]
        turned = [(-total, tasks) for total, tasks in totals]
        return Bounds(_low(totals), -_low(turned))
    return _these(pairs)


def _low(totals: Totals) -> float:
    """Return the lower bound of a mean of values from -1 to 1; the imaginary family is as large as any."""
    size = max(tasks for _, tasks in totals)
    weights = alike([*totals, (-size, size)])
    return quantile(weights, ERROR, -1.0, 1.0) if len(weights) > 1 else -1.0


def _these(pairs: Sequence[Pair]) -> Bounds:
    (rate_a, worth_a), (rate_b, worth_b) = ((rate, trials(side)) for rate, side in sides_of(pairs))
    low_a, low_b = _least(rate_a, worth_a), _least(rate_b, worth_b)
    high_a, high_b = 1 - _least(1 - rate_a, worth_a), 1 - _least(1 - rate_b, worth_b)
    difference = rate_a - rate_b
    low = difference - math.hypot(rate_a - low_a, high_b - rate_b)
    high = difference + math.hypot(high_a - rate_a, rate_b - low_b)
    return Bounds(max(low, -1.0), min(high, 1.0))


def _least(rate: float, worth: float) -> float:
    """Return the lower bound of a rate of that many trials: the 5% quantile of Beta(x, n - x + 1)."""
    solved = rate * worth
    if not solved:
        return 0.0
    weights: Weights = {(0.0, 1.0): worth - solved + 1, (1.0, 1.0): solved}
    return quantile(weights, ERROR, 0.0, 1.0)
