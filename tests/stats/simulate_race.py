"""Races whose truth is known, thousands at once, by a copy in numpy of what `Contests` does with one pair.

test_race.py holds the copy against `Contests`, draw by draw.

python -m tests.stats.simulate_race [DRAWS]   prints the table of the page on statistics
"""

from __future__ import annotations

import sys
from functools import cache
from math import ceil

import attrs
import numpy
from numpy.typing import NDArray
from scipy.special import gammaln, ndtr
from scipy.stats import binom

from cab_core.stats.sequential import FUTILE, LONGEST, Plan

Array = NDArray[numpy.float64]
LIMIT = 20.0
# What a race is planned for: the difference, and the share of the tasks on which the sides differ.
PLANS = ((0.1, 0.2), (0.1, 0.3), (0.1, 0.5), (0.2, 0.3), (0.2, 0.5), (0.3, 0.5), (0.4, 0.6))


@attrs.frozen
class Ended:
    """What came of each race: 1 better, -1 worse, 0 undecided; and after how many units it stopped."""

    says: Array
    units: Array


def draw(rng: numpy.random.Generator, difference: float, flips: float, draws: int, units: int) -> Array:
    """Draw differences of -1, 0 and 1, a race a row."""
    u = rng.random((draws, units))
    return numpy.where(u < (flips + difference) / 2, 1.0, numpy.where(u < flips, -1.0, 0.0))


def log_e(won: Array, lost: Array) -> Array:
    """Return the logarithm of E in its closed form."""
    n = won + lost
    return n * numpy.log(2) + gammaln(won + 1) + gammaln(lost + 1) - gammaln(n + 2)  # type: ignore[no-any-return]


def race(seen: Array, plan: Plan, futile: float = FUTILE) -> Ended:
    """Run races over these differences."""
    draws, cap = seen.shape
    total, squares = seen.cumsum(1), numpy.abs(seen).cumsum(1)
    decided = log_e((squares + total) / 2, (squares - total) / 2) >= numpy.log(LIMIT)
    units = numpy.arange(1, cap + 1)[None, :]
    given_up = numpy.zeros_like(decided)
    if futile > 0:
        start = plan.chance(cap, LIMIT)
        given_up = _chance(total, squares, units, cap - units, plan) < futile * start
        given_up[:, -1] = False
    at, up = (numpy.where(m.any(1), m.argmax(1), cap) for m in (decided, given_up))
    told = (at < cap) & (at <= up)
    stop = numpy.minimum(numpy.minimum(at, up), cap - 1)
    sign = numpy.sign(total[numpy.arange(draws), stop])
    return Ended(numpy.where(told, sign, 0.0), stop + 1.0)


def _chance(total: Array, squares: Array, units: Array, left: Array, plan: Plan) -> Array:
    flips = (squares + 4 * plan.flips) / (units + 4)
    flipped = squares + left * flips
    least, most = numpy.zeros_like(flipped), flipped.copy()
    never = log_e(flipped, numpy.zeros_like(flipped)) < numpy.log(LIMIT)
    for _ in range(20):
        middle = (least + most) / 2
        below = log_e((flipped + middle) / 2, (flipped - middle) / 2) < numpy.log(LIMIT)
        least, most = numpy.where(below, middle, least), numpy.where(below, most, middle)
    spread = numpy.sqrt(numpy.maximum(left, 1) * numpy.maximum(flips - plan.difference**2, 0.01))
    chance = ndtr((numpy.abs(total) + left * plan.difference - most) / spread)
    return numpy.where(never | (left == 0), 0.0, chance)


def fixed_power(plan: Plan, units: int) -> float:
    """Return how often McNemar's exact test finds the difference with so many tasks."""
    share, power = (1 + plan.difference / plan.flips) / 2, 0.0
    for n in range(units + 1):
        wins = numpy.arange(n + 1)
        enough = wins[2 * binom.sf(wins - 1, n, 0.5) <= 0.05]
        if len(enough):
            power += binom.pmf(n, units, plan.flips) * binom.sf(enough[0] - 1, n, share)
    return float(power)


@attrs.frozen
class Figures:
    """Of races planned for a difference: how often they tell, and their units as a share of the fixed plan's."""

    told: float
    wrong: float
    share: float


@cache
def figures(
    plan: Plan, times: float, draws: int, longest: float = LONGEST, flips: float | None = None
) -> Figures:
    """Draw races whose true difference is so many times the one that was planned for."""
    rng = numpy.random.default_rng(
        [round(1000 * plan.difference), round(1000 * plan.flips), round(10 * times)]
    )
    difference = times * plan.difference
    seen = draw(
        rng,
        difference,
        max(plan.flips if flips is None else flips, difference),
        draws,
        ceil(longest * plan.units),
    )
    ended = race(seen, plan)
    wrong = ended.says != 0 if times == 0 else ended.says < 0
    return Figures(
        float((ended.says != 0).mean()), float(wrong.mean()), float(ended.units.mean()) / plan.units
    )


def main(draws: int) -> None:
    """Print the figures."""
    print(
        "| planned for | fixed plan | finds it | race finds it | its cells: equals | as planned | twice that |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for difference, flips in PLANS:
        plan = Plan(difference, flips)
        equal, as_planned, twice = (figures(plan, times, draws) for times in (0, 1, 2))
        print(
            f"| {100 * difference:.0f}% of {100 * flips:.0f}% | {plan.units} tasks | {100 * fixed_power(plan, plan.units):.0f}% "
            f"| {100 * as_planned.told:.0f}% | {equal.share:.2f} | {as_planned.share:.2f} | {twice.share:.2f} |"
            f" wrong {equal.wrong:.3f}",
            flush=True,
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4000)
