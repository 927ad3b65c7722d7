"""Two sides on the same tasks, looked at after every one: a test that stays valid all the while.

A unit is one draw: a task, of a family one task. Its difference D is A's rate less B's, from -1 to 1. Were
both equally good, D would be 0 on average whatever came before, and whoever bets a share k of a fortune on
D would have, whatever k from -1 to 1, no more than 1 on average after any number of units. So has who
splits it evenly over all such bets:

    E = ½ ∫ Π (1 + k D) dk        with one attempt:  2^n w! l! / (n + 1)!

where A won w and B won l of n = w + l discordant units: the mixture of Beta(1, 1) over A's share of these.
E is a martingale from 1, so that it ever reaches 1 / α has a probability of at most α (J. Ville, "Étude
critique de la notion de collectif", 1939; mixtures: H. Robbins, "Statistical methods related to the law of
the iterated logarithm", 1970; e-values: G. Shafer, "Testing by betting", 2021, and P. Grünwald, R. de
Heide, W. Koolen, "Safe testing", 2024; bets on a bounded mean: I. Waudby-Smith, A. Ramdas, "Estimating
means of bounded random variables by betting", 2024). A unit on which both did alike changes nothing.

The integral is a mean over finitely many bets, which is a valid mixture itself. E does not depend on the
order of the units, only on which have come; what was looked at before depends on it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from statistics import NormalDist

import attrs

from .intervals import Interval
from .paired import ERROR
from .power import MOST, tasks_needed
from .sensitivity import POWER

_MANY = 256
_BETS = tuple((2 * i + 1 - _MANY) / _MANY for i in range(_MANY))
_FINE = 100  # steps to either side of 0 in which an end of the interval is looked for
_HALVINGS = 20
LONGEST = 1.5  # times as many units as the fixed plan has; beyond that a race costs more than it can save
FUTILE = 0.125  # of the chance of a decision that there was at the start
FLIPS = 0.3  # tasks on which two sides differ, where nobody says how many: of most pairs fewer do

# Of one unit: that it is one, its difference, its size, its square.
_MOMENTS = (lambda _: 1.0, float, abs, lambda d: d * d)

Differences = Mapping[float, float]  # how many units had a difference


def evidence(seen: Differences, mean: float = 0.0) -> float:
    """Return E against the hypothesis that the difference is `mean` on average."""
    return math.exp(min(_log_evidence(seen, mean), 700.0))


def _log_evidence(seen: Differences, mean: float = 0.0) -> float:
    # A bet k on D - mean, which is between -1 - |mean| and 1 + |mean|: nothing is lost beyond the stake.
    moved = [((d - mean) / (1 + abs(mean)), n) for d, n in seen.items()]
    logs = [sum(n * math.log1p(bet * d) for d, n in moved) for bet in _BETS]
    most = max(logs)
    return most + math.log(math.fsum(math.exp(value - most) for value in logs) / _MANY)


def confidence_sequence(seen: Differences, error: float = float(ERROR)) -> Interval | None:
    """Return the interval of the mean difference that holds it at every look at once; None without a unit.

    It has all means against which E is less than 1 / error (Waudby-Smith and Ramdas, as above), and so
    holds 0 just where E itself is.
    """
    units = sum(seen.values())
    if not units:
        return None
    limit, mean = -math.log(error), sum(d * n for d, n in seen.items()) / units
    ends = [_end(seen, mean, side, limit) for side in (-1, 1)]
    return Interval(low=ends[0], high=ends[1], method="betting", units=round(units), level=1 - error)


def _end(seen: Differences, mean: float, side: int, limit: float) -> float:
    """Return the farthest mean to one side that is not ruled out, from outside in."""
    outside = float(side)
    steps = [side * (1 - i / _FINE) for i in range(2 * _FINE)]
    inside = next((m for m in steps if side * (m - mean) <= 0 or _log_evidence(seen, m) < limit), mean)
    if inside == outside:
        return outside
    outside = inside + side / _FINE
    inside = mean if side * (inside - mean) < 0 else inside
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if _log_evidence(seen, middle) < limit else (inside, middle)
    return outside


@attrs.frozen
class Plan:
    """What a race is to find: a difference, where the two sides differ on a share `flips` of the tasks."""

    difference: float
    flips: float

    @property
    def units(self) -> int:
        """How many tasks the fixed plan has: with so many the test of a comparison finds it in 80%."""
        return _fixed_size(self.difference, self.flips)

    def chance(self, units: int, limit: float) -> float:
        """Return how likely so many units bring E to `limit`, were the planned difference there."""
        flipped = units * self.flips
        needed = _needed(flipped, limit)
        if needed is None:
            return 0.0
        return NormalDist().cdf((units * self.difference - needed) / self._spread(units, self.flips))

    def hopeless(self, seen: Differences, left: int, limit: float, least: float) -> bool:
        """Tell whether E reaches `limit` by the end with a chance below `least`, were that difference there.

        So far units had these differences, and `left` are to come; the difference is to either side. How many
        of these differ, and by how much, is taken from what was seen and, as if four units of one attempt had
        been seen, from the plan. The rest of the sum is taken as normally distributed; that E may reach the
        limit before the end and fall again is left out.
        """
        if least <= 0:
            return False
        units, total, sizes, squares = (sum(n * f(d) for d, n in seen.items()) for f in _MOMENTS)
        flips = (squares + 4 * self.flips) / (units + 4)
        size = (squares + 4 * self.flips) / (sizes + 4 * self.flips)
        likely = abs(total) + left * self.difference
        reached = likely - NormalDist().inv_cdf(least) * self._spread(left, flips)
        return _log_e(squares + left * flips, reached, size) < math.log(limit)

    def _spread(self, units: int, flips: float) -> float:
        return math.sqrt(units * max(flips - self.difference**2, 0.01))


@lru_cache
def _fixed_size(difference: float, flips: float) -> int:
    won, lost = (flips + difference) / 2, (flips - difference) / 2
    return tasks_needed((lost, 1 - flips, won), POWER) or MOST


def _log_e(squares: float, total: float, size: float = 1.0) -> float:
    """Return the logarithm of E after differences with that sum of squares and total, as if all had one size.

    With one attempt the size is 1. With several it is less: many small differences to one side are more
    evidence than few large ones with the same sum of squares can be. A total beyond what is possible is the
    largest.
    """
    n = squares / size**2
    ahead = min(max(total / size, 0.0), n)
    return _log_evidence({size: (n + ahead) / 2, -size: (n - ahead) / 2})


def _needed(squares: float, limit: float) -> float | None:
    """Return the total at which E is `limit` with one attempt; None where none is enough."""
    least, most = 0.0, squares
    if _log_e(squares, most) < math.log(limit):
        return None
    for _ in range(_HALVINGS):
        middle = (least + most) / 2
        least, most = (middle, most) if _log_e(squares, middle) < math.log(limit) else (least, middle)
    return most


def fewest(error: float) -> int:
    """Return how many units must come, all won by one side, before anything is decided."""
    return next(n for n in range(1, 10_000) if 2**n >= (n + 1) / error)
