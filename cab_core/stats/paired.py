"""Two configurations on the same tasks: the test, from which alone the verdict comes, and the interval."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from statistics import harmonic_mean
from typing import Literal

import attrs

from .exact import Dealt, deals, flips
from .intervals import Interval, difference_interval, square_and_add, trials_interval
from .tally import Families, On, Tally, trials

ERROR = Fraction(1, 20)  # how often a verdict may come where there is no difference
WHOLE = Fraction(1)
FEWEST = 6  # families on tasks like these: fewer decide nothing, since of 2^5 signs all alike come twice
Says = Literal["better", "worse", "undecided"]


@attrs.frozen(kw_only=True)
class Pair:
    """What both sides have of one unit: a task, and whatever else they have in common.

    `weight` is its share of the task, which may have several pairs.
    """

    unit: tuple[str, ...]
    a: Tally
    b: Tally
    weight: Fraction = WHOLE

    @property
    def task(self) -> str:
        """The task's id, which is the first part of the unit."""
        return self.unit[0]

    @property
    def difference(self) -> Fraction:
        """Rate of A minus rate of B."""
        if self.a.counted == self.b.counted:  # as nearly always, and in a third of the time
            return Fraction(self.a.solved - self.b.solved, self.a.counted)
        return self.a.rate - self.b.rate


def probability(
    pairs: Sequence[Pair], families: Families, on: On, enough: Fraction | None = None
) -> Fraction:
    """Return p of the test that A and B do equally well.

    On tasks like these, the difference of each family may as well have had the other sign. On exactly these
    tasks, the cells of each task may as well have come to the other side. Where a task has more attempts on
    one side neither will do alone: a mean of few is skewed in another way than one of many, and cells of one
    side may vary more than those of the other. There both must agree, and p is the larger of the two. A p
    above `enough` may be returned as soon as it is known to be.
    """
    unequal = any(pair.a.counted != pair.b.counted for pair in pairs)
    p = Fraction(0)
    if on == "like" or unequal:
        p = flips([total for total, _ in by_family(pairs, families)])
    if (on == "like" and not unequal) or (enough is not None and p > enough):
        return p
    return max(p, deals([Dealt(attrs.astuple(q.a), attrs.astuple(q.b), q.weight) for q in pairs]))


def decidable(pairs: Sequence[Pair], families: Families, on: On) -> bool:
    """Tell whether any result could decide: that of A solving every cell and B none, if none other."""
    extreme = [
        attrs.evolve(pair, a=Tally(pair.a.counted, pair.a.counted), b=Tally(0, pair.b.counted))
        for pair in pairs
    ]
    return bool(pairs) and probability(extreme, families, on) <= ERROR


def verdict(p: Fraction, difference: Fraction) -> Says:
    """Return what the test says of A."""
    if p > ERROR:
        return "undecided"
    return "better" if difference > 0 else "worse"


def interval(pairs: Sequence[Pair], families: Families, on: On, says: Says) -> Interval | None:
    """Return the interval of the difference, which holds 0 just where the verdict is that nothing is decided.

    It is worked out apart from the test, and the test is the better judge of whether there is a difference:
    the interval says how large one may be.
    """
    found = _like(pairs, families) if on == "like" else _these(pairs, families)
    if found is None:
        return None
    if says == "undecided":
        return attrs.evolve(found, low=min(found.low, 0.0), high=max(found.high, 0.0))
    if says == "better":
        return attrs.evolve(found, low=max(found.low, 0.0))
    return attrs.evolve(found, high=min(found.high, 0.0))


def _like(pairs: Sequence[Pair], families: Families) -> Interval | None:
    if not pairs:
        return None
    attempts = harmonic_mean(sorted([p.a.counted for p in pairs] + [p.b.counted for p in pairs]))
    totals = [(float(total), tasks) for total, tasks in by_family(pairs, families)]
    return difference_interval(totals, attempts * len(pairs))


def _these(pairs: Sequence[Pair], families: Families) -> Interval | None:
    if not pairs:
        return None
    units = len({families.get(p.task, p.task) for p in pairs})
    sides = [(trials_interval(rate, trials(side), units), rate) for rate, side in sides_of(pairs)]
    (a, rate_a), (b, rate_b) = sides
    return square_and_add(a, b, rate_a, rate_b) if a and b else None


def sides_of(pairs: Sequence[Pair]) -> list[tuple[float, list[tuple[Fraction, Tally]]]]:
    """Return of A and of B the rate, and what each of its tallies weighs in it."""
    tasks = len({p.task for p in pairs})
    sides = ([(p.weight / tasks, p.a) for p in pairs], [(p.weight / tasks, p.b) for p in pairs])
    return [(float(sum((w * tally.rate for w, tally in side), Fraction(0))), side) for side in sides]


def by_family(pairs: Sequence[Pair], families: Families) -> list[tuple[Fraction, float]]:
    """Return the sum of the differences and the number of tasks of each family."""
    sums: dict[str, Fraction] = {}
    tasks: dict[str, float] = {}
    for pair in pairs:
        family = families.get(pair.task, pair.task)
        part = pair.difference if pair.weight is WHOLE else pair.weight * pair.difference
        sums[family] = sums[family] + part if family in sums else part
        tasks[family] = tasks.get(family, 0.0) + float(pair.weight)
    return [(total, tasks[family]) for family, total in sums.items()]
