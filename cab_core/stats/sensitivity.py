"""What a comparison could have seen, and what it lacks: estimates, from the results that are there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist, harmonic_mean

import attrs

from .margin import Verdict
from .means import mean_of
from .paired import ERROR, FEWEST, Pair, by_family, sides_of
from .power import power_of
from .student import quantile
from .tally import Families, On, Tally, trials

POWER = 0.8  # how likely a difference is seen that a comparison "could have seen"
_EXACT = 150  # tasks up to which the exact test is asked
_MOST_TIMES = 20  # as many attempts or tasks: beyond, no number is said


@attrs.frozen(kw_only=True)
class Sensitivity:
    """`smallest`: the difference that so many tasks see with a power of 80%; None: no result could decide.

    `more_tasks`, `more_attempts`: about how many more tasks, or attempts a task on either side, it takes for
    a verdict (80%) where the difference that was observed is the true one: an estimate. None where the
    verdict is there, where nothing was observed that more could show, or where it would take more than 20
    times as many.
    """

    smallest: float | None
    more_tasks: int | None = None
    more_attempts: int | None = None


def sensitivity_of(
    pairs: Sequence[Pair], families: Families, on: On, verdict: Verdict, margin: float | None = None
) -> Sensitivity:
    """Return what these pairs could have seen.

    With one attempt and no families it is McNemar's exact test, where as many tasks differ as did here, or
    all that differ do so for one side. Else (t(0.975) + t(0.8)) times the standard error of the difference
    (H. S. Bloom, "Minimum detectable effects", 1995).
    """
    smallest = _smallest(pairs, families, on)
    if smallest is None or verdict != "undecided":
        return Sensitivity(smallest=smallest)
    difference = sum(float(p.weight * p.difference) for p in pairs) / _tasks(pairs)
    times = _times(smallest, difference, margin, len({families.get(p.task, p.task) for p in pairs}))
    if times is None:
        return Sensitivity(smallest=smallest)
    return Sensitivity(
        smallest=smallest,
        more_tasks=_more(_tasks(pairs), times) if on == "like" else None,
        more_attempts=_more_attempts(pairs, on, times),
    )


def _smallest(pairs: Sequence[Pair], families: Families, on: On) -> float | None:
    if on == "these":
        sides = [(rate, trials(side)) for rate, side in sides_of(pairs)]
        smoothed = [((rate * n + 0.5) / (n + 1), n) for rate, n in sides]
        error = math.sqrt(sum(q * (1 - q) / n for q, n in smoothed))
        return _possible((NormalDist().inv_cdf(1 - float(ERROR) / 2) + NormalDist().inv_cdf(POWER)) * error)
    units = [(float(total), tasks) for total, tasks in by_family(pairs, families)]
    if len(units) < FEWEST:
        return None
    single = all(p.a.counted == p.b.counted == 1 == p.weight for p in pairs) and len(units) == len(pairs)
    mean = mean_of(units)
    if mean is None or (single and len(pairs) <= _EXACT):
        return _mcnemar(len(units), sum(abs(total) for total, _ in units) / len(units) if single else 0.0)
    df = mean.units - 1
    return _possible((quantile(1 - float(ERROR) / 2, df) + quantile(POWER, df)) * mean.error)


def _possible(difference: float) -> float | None:
    return difference if difference <= 1 else None


def _mcnemar(tasks: int, differ: float) -> float | None:
    """Return the smallest difference that McNemar's test sees where at least such a share of tasks differ."""

    def seen(difference: float) -> bool:
        some = max(differ, difference)
        chances = ((some - difference) / 2, 1 - some, (some + difference) / 2)
        return power_of(chances, min(tasks, _EXACT)) >= POWER

    low, high = 0.0, 1.0
    if not seen(high):
        return None
    while high - low > 1e-3:
        middle = (low + high) / 2
        low, high = (low, middle) if seen(middle) else (middle, high)
    return high


def _times(smallest: float, difference: float, margin: float | None, families: int) -> float | None:
    """Return how many times as much evidence it takes for a verdict; None where that is too much.

    Evidence grows with the square. At a margin the distance to it counts, one-sided, less what the imaginary
    family of the bound takes.
    """
    found = [(smallest / abs(difference)) ** 2] if difference else []
    if margin is not None and difference > -margin:
        z = NormalDist()
        reach = (z.inv_cdf(1 - float(ERROR)) + z.inv_cdf(POWER)) / (
            z.inv_cdf(1 - float(ERROR) / 2) + z.inv_cdf(POWER)
        )
        room = difference + margin
        found.append((smallest * reach / room) ** 2 + (1 + difference) / (room * families))
    least = max(min(found), 1.0) if found else math.inf
    return least if least <= _MOST_TIMES else None


def _more(n: int, times: float) -> int:
    return max(1, math.ceil(n * (times - 1)))


def _more_attempts(pairs: Sequence[Pair], on: On, times: float) -> int | None:
    """Return how many more attempts a task do the same; None where tasks differ too much, or nothing tells.

    Only what attempts at one task differ among themselves becomes less by more of them.
    """
    attempts = harmonic_mean([p.a.counted for p in pairs] + [p.b.counted for p in pairs])
    if on == "these":
        return _more(math.ceil(attempts), times)
    if any(min(p.a.counted, p.b.counted) < 2 for p in pairs):
        return None
    weight = sum(float(p.weight) ** 2 for p in pairs)
    within = sum(float(p.weight) ** 2 * (_variance(p.a) + _variance(p.b)) for p in pairs) / weight
    mean = sum(float(p.weight * p.difference) for p in pairs) / float(sum(p.weight for p in pairs))
    total = sum(float(p.weight) ** 2 * (float(p.difference) - mean) ** 2 for p in pairs) / weight
    left = total / times - max(0.0, total - within)
    if left <= 0 or within / left > _MOST_TIMES:
        return None
    return _more(math.ceil(attempts), max(1.0, within / left))


def _variance(tally: Tally) -> float:
    """Return the variance of a rate that its own attempts show."""
    rate = tally.solved / tally.counted
    return rate * (1 - rate) / (tally.counted - 1)


def _tasks(pairs: Sequence[Pair]) -> int:
    return len({p.task for p in pairs})
