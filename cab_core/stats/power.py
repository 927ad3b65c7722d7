"""How likely the tests of a comparison are to see a difference: what to plan before anything is spent.

What is predicted is the power of our own tests: of the sign-flip test (`paired.probability`) and, with a
margin, of the bound of `margin.bounds`. With one attempt a task it is exact. With several there are too many
outcomes to count, so that a thousand of them stand for all, spread evenly by a rule (`spread.outcomes`) and
not at random.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from statistics import NormalDist, fmean

import attrs

from .exact import Chance, as_far
from .gammas import probability_below
from .margin import ERROR as CLAIM_ERROR
from .paired import ERROR, FEWEST
from .spread import POINTS, outcomes
from .tally import Tally

_EXACT = 1000  # tasks up to which every outcome of one attempt is counted
_SPREAD = 200  # tasks up to which outcomes of several attempts are tried; beyond, sums are normal
MOST = 100_000  # tasks that are looked at
_FINE = 1e-3  # of a difference
_FEW_POINTS = 400  # while a plan is looked for

# For each difference of a task, from -K to K cells more of A, how likely it is.
Chances = tuple[float, ...]


@attrs.frozen(kw_only=True)
class Assumed:
    """What is taken to be true: B solves tasks at `rate`, A at `rate` + `difference`.

    `flip`: how often two attempts of one configuration at a task end differently. It says how many tasks are
    open: 2 R (1 - R) where every task is solved in a share R of the attempts, 0 where each is either always
    or never solved. In between a share of the tasks is of the first kind. On that share A solves more of the
    attempts, and of the others it always solves more of the tasks.
    """

    rate: float
    difference: float
    flip: float

    @property
    def open(self) -> float:
        """The share of tasks that are sometimes solved and sometimes not."""
        most = largest_flip(self.rate)
        return min(1.0, self.flip / most) if most else 0.0

    def chances(self, attempts: int) -> Chances:
        """Return how likely each difference of a task is, at so many attempts of each side."""
        a, b = (_binomial(attempts, p) for p in (self.rate + self.difference, self.rate))
        found = [0.0] * (2 * attempts + 1)
        for i, p in enumerate(a):
            for j, q in enumerate(b):
                found[attempts + i - j] += self.open * p * q
        settled = 1 - self.open
        found[attempts] += settled * (1 - abs(self.difference))
        found[2 * attempts if self.difference > 0 else 0] += settled * abs(self.difference)
        return tuple(found)


def largest_flip(rate: float) -> float:
    """Return how often two attempts differ where all tasks are alike: the most that is possible."""
    return 2 * rate * (1 - rate)


def power_of(chances: Chances, tasks: int, margin: float | None = None, points: int = POINTS) -> float:
    """Return how likely the test finds A better at so many tasks; with a margin, finds it not worse.

    `points`: how many outcomes stand for all, where there are too many to count.
    """
    attempts = (len(chances) - 1) // 2
    if tasks > (_EXACT if attempts == 1 and margin is None else _SPREAD):
        return _normal(chances, tasks, margin)
    if margin is not None:
        return _share(outcomes(chances, tasks, points), lambda seen: _not_worse(seen, margin))
    if attempts == 1:
        return _of_single(chances, tasks)
    return _share(outcomes(chances, tasks, points), _better)


def tasks_needed(chances: Chances, aim: float, margin: float | None = None) -> int | None:
    """Return about how many tasks it takes; None where MOST are too few.

    With several attempts, to 3%: each number that is looked at takes a while.
    """
    low, high, near = 0, FEWEST, 0.03 if len(chances) > 3 else 0.0
    while power_of(chances, high, margin, _FEW_POINTS) < aim:
        low, high = high, 2 * high
        if high > MOST:
            return None
    while high - low > max(1, near * high):
        middle = (low + high) // 2
        low, high = (middle, high) if power_of(chances, middle, margin, _FEW_POINTS) < aim else (low, middle)
    return high


def smallest(assumed: Assumed, tasks: int, attempts: int, aim: float) -> float | None:
    """Return the smallest difference that is found; None where the largest that is possible is not."""

    def seen(difference: float) -> bool:
        changed = attrs.evolve(assumed, difference=difference)
        return power_of(changed.chances(attempts), tasks, points=_FEW_POINTS) >= aim

    low, high = 0.0, 1 - assumed.rate
    if not seen(high):
        return None
    while high - low > _FINE:
        middle = (low + high) / 2
        low, high = (low, middle) if seen(middle) else (middle, high)
    return high


def measured(tallies: Iterable[tuple[str, Tally]]) -> tuple[float | None, float | None]:
    """Return the rate and the flip rate of cells that are there, as (task, tally); None where nothing tells.

    The flip rate is the share of pairs of attempts at a task that end differently, 2 s (m - s) / (m (m - 1)),
    as a mean over the tasks with two attempts or more.
    """
    rates: dict[str, list[float]] = {}
    flips: dict[str, list[float]] = {}
    for task, tally in tallies:
        s, m = tally.solved, tally.counted
        rates.setdefault(task, []).append(s / m)
        if m > 1:
            flips.setdefault(task, []).append(2 * s * (m - s) / (m * (m - 1)))
    rate, flip = (fmean(map(fmean, v.values())) if v else None for v in (rates, flips))
    return rate, flip


def _of_single(chances: Chances, tasks: int) -> float:
    """Return the power of McNemar's exact test: over how many tasks differ, and how many of them for A."""
    worse, _, better = chances
    differ = worse + better
    if not differ:
        return 0.0
    often = _binomial(tasks, min(1.0, differ))
    return math.fsum(
        p * _at_least(n, _enough(n), better / differ) for n, p in enumerate(often) if n and p > 1e-9
    )


@lru_cache(8192)
def _enough(n: int) -> int:
    """Return the least number of n differing tasks for A that decides: n + 1 where none does."""
    total, at_most = 0, ERROR / 2 * 2**n
    for k in range(n, -1, -1):
        total += math.comb(n, k)
        if total > at_most:
            return k + 1
    return 0


def _at_least(n: int, k: int, p: float) -> float:
    return math.fsum(_binomial(n, p)[k:])


def _share(found: Sequence[tuple[int, ...]], decided: Callable[[tuple[int, ...]], bool]) -> float:
    return sum(map(decided, found)) / len(found)


@lru_cache(1 << 16)
def _better(seen: tuple[int, ...]) -> bool:
    """Tell whether the sign-flip test finds A better, of so many tasks at each difference."""
    attempts = (len(seen) - 1) // 2
    total = sum(j * n for j, n in enumerate(seen, -attempts))
    if total <= 0:
        return False
    parts = []
    for size in range(1, attempts + 1):
        n = seen[attempts + size] + seen[attempts - size]
        if n:
            parts.append(Chance({size * (2 * k - n): math.comb(n, k) for k in range(n + 1)}, 0))
    parts[0] = attrs.evolve(parts[0], seen=total)
    return as_far(parts) <= ERROR


@lru_cache(1 << 16)
def _not_worse(seen: tuple[int, ...], margin: float) -> bool:
    attempts = (len(seen) - 1) // 2
    weights = {(j / attempts, 1.0): float(n) for j, n in enumerate(seen, -attempts) if n}
    weights[-1.0, 1.0] = weights.get((-1.0, 1.0), 0.0) + 1
    return probability_below(weights, -margin) <= CLAIM_ERROR


def _normal(chances: Chances, tasks: int, margin: float | None) -> float:
    """Return the power where sums are normally distributed."""
    mean, square = moments(chances)
    spread = math.sqrt(max(square - mean * mean, 1e-12))
    if margin is None:
        reach = NormalDist().inv_cdf(1 - float(ERROR) / 2) * math.sqrt(square)
        return NormalDist().cdf((math.sqrt(tasks) * mean - reach) / spread)
    room = mean + margin - _reach(spread / math.sqrt(tasks), (1 + mean) / tasks)
    return NormalDist().cdf(math.sqrt(tasks) * room / spread)


def _reach(sigma: float, scale: float) -> float:
    """Return how far the bound is below the mean that was seen.

    What its weights bring is normal, by `sigma`, and what the imaginary family takes is nearly exponential,
    with the mean `scale`: their sum exceeds it in 5%, by halving.
    """
    low, high = 0.0, 10 * (sigma + scale)
    if sigma > 30 * scale:  # the sum is normal, and the formula too large for a number
        return NormalDist().inv_cdf(1 - CLAIM_ERROR) * sigma + scale
    for _ in range(60):
        middle = (low + high) / 2
        x, k = middle / sigma, sigma / scale
        beyond = _tail(x) + math.exp(min(700.0, k * k / 2 - k * x)) * (1 - _tail(x - k))
        low, high = (middle, high) if beyond > CLAIM_ERROR else (low, middle)
    return high


def _tail(x: float) -> float:
    return math.erfc(x / math.sqrt(2)) / 2


def moments(chances: Sequence[float]) -> tuple[float, float]:
    """Return the mean of a task's difference, and that of its square."""
    attempts = (len(chances) - 1) // 2
    each = [(j / attempts, p) for j, p in enumerate(chances, -attempts)]
    return math.fsum(v * p for v, p in each), math.fsum(v * v * p for v, p in each)


@lru_cache(4096)
def _binomial(n: int, p: float) -> tuple[float, ...]:
    """Return how likely each number of n is."""
    if p in (0.0, 1.0):
        return tuple(float(k == n * p) for k in range(n + 1))
    log_p, log_q, whole = math.log(p), math.log1p(-p), math.lgamma(n + 1)
    return tuple(
        math.exp(whole - math.lgamma(k + 1) - math.lgamma(n - k + 1) + k * log_p + (n - k) * log_q)
        for k in range(n + 1)
    )
