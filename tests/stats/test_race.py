"""A race is wrong in 5% of cases at most though it looks after every unit, and needs fewer cells than a plan.

By simulation with known truths; `at_most` allows for chance as test_coverage.py does.
"""

from __future__ import annotations

from math import comb

import numpy
import pytest
from scipy import integrate
from scipy.stats import beta

from cab_core.stats.contest import Contests
from cab_core.stats.sequential import Plan, confidence_sequence, evidence, fewest
from tests.stats import simulate_race as sim
from tests.stats.test_coverage import at_least, at_most

OFTEN = ((0.3, 0.5),)
ROWS = [pytest.param(p, marks=() if p in OFTEN else pytest.mark.prove) for p in sim.PLANS]
DRAWS = 1000


# The evidence.


@pytest.mark.parametrize(("won", "lost"), [(0, 0), (8, 0), (10, 3), (60, 40), (3, 30)])
def test_evidence_is_the_mixture_over_the_share_of_the_discordant_units(won: int, lost: int) -> None:
    """With one attempt: in closed form, and as scipy's integral over a Beta(1, 1); ties change nothing."""
    found = evidence({1.0: won, -1.0: lost, 0.0: 17})
    n = won + lost
    theirs = 2**n * integrate.quad(lambda t: beta.pdf(t, 1, 1) * t**won * (1 - t) ** lost, 0, 1)[0]
    assert found == pytest.approx(2**n / ((n + 1) * comb(n, won)), rel=1e-3)
    assert found == pytest.approx(theirs, rel=1e-3)


def test_eight_of_eight_decide_and_seven_do_not() -> None:
    """2^8 / 9 is more than 20, and 2^7 / 8 is 16."""
    assert fewest(0.05) == 8
    assert evidence({1.0: 8}) > 20 > evidence({1.0: 7})


def test_evidence_is_one_on_average_whatever_the_differences_are() -> None:
    """Of fractions, and skewed: with a mean of 0 exactly, over all ways that three units may come."""
    values = {0.5: 2 / 3, -1.0: 1 / 3}
    mean = 0.0
    for i in range(4):
        seen = {0.5: i, -1.0: 3 - i}
        mean += comb(3, i) * values[0.5] ** i * values[-1.0] ** (3 - i) * evidence(seen)
    assert mean == pytest.approx(1)


def test_an_interval_holds_the_means_that_are_not_ruled_out() -> None:
    """Against every mean of a fine grid, and 0 just where nothing is decided."""
    for seen in ({1.0: 30, -1.0: 10, 0.0: 40}, {1.0: 8}, {0.5: 20, -0.5: 20, 1.0: 3}, {-1.0: 2}):
        found = confidence_sequence(seen)
        assert found is not None
        means = [m / 500 for m in range(-499, 500)]
        kept = [m for m in means if evidence(seen, m) < 20]
        assert found.low == pytest.approx(min(kept), abs=0.003)
        assert found.high == pytest.approx(max(kept), abs=0.003)
        assert (found.low <= 0 <= found.high) == (evidence(seen) < 20)


@pytest.mark.parametrize(("difference", "flips"), [(0.0, 0.3), (0.2, 0.3), (0.5, 0.6)])
def test_an_interval_holds_the_truth_at_every_look_at_once(difference: float, flips: float) -> None:
    """In 95% of the draws of 120 units: the evidence against the truth never reaches 20."""
    draws, m = 1000, difference
    seen = sim.draw(numpy.random.default_rng(3), difference, flips, draws, 120)
    bets = (2 * numpy.arange(64) - 63) / 64
    parts = [
        (seen == d).cumsum(1)[..., None] * numpy.log1p(bets * (d - m) / (1 + abs(m)))
        for d in (-1.0, 0.0, 1.0)
    ]
    held = (numpy.exp(sum(parts)).mean(2) < 20).all(1)
    at_least(0.95, {"held": float(held.mean())}, draws)


# The plan.


@pytest.mark.parametrize(("difference", "flips"), sim.PLANS)
def test_the_fixed_plan_finds_its_difference_in_80_percent(difference: float, flips: float) -> None:
    """By McNemar's exact test, within 3 points; so what a race is held against is no larger than it must be."""
    plan = Plan(difference, flips)
    assert sim.fixed_power(plan, plan.units) == pytest.approx(0.8, abs=0.03)


# Races.


def test_the_copy_in_numpy_is_what_contests_do() -> None:
    """Draw by draw: the verdict, and after how many units."""
    plan = Plan(0.3, 0.5)
    for difference in (0.0, 0.3, 0.45):
        seen = sim.draw(numpy.random.default_rng(7), difference, 0.5, 25, 60)
        ended = sim.race(seen, plan)
        for row, says, units in zip(seen, ended.says, ended.units, strict=True):
            contests = Contests(1, plan, 60)
            for n, d in enumerate(row):
                if not contests.over:
                    contests.add([(max(d, 0.0), max(-d, 0.0))], 59 - n)
            [pair] = contests.pairs
            assert ({"better": 1, "worse": -1, "undecided": 0}[pair.says], pair.units) == (says, units)


@pytest.mark.parametrize("plan", ROWS)
def test_equals_are_told_apart_in_5_percent_at_most(plan: tuple[float, float]) -> None:
    """Though the race looks after every unit; whatever the share on which the sides really differ."""
    planned = Plan(*plan)
    found = {flips: sim.figures(planned, 0, DRAWS, flips=flips).wrong for flips in (plan[1], 0.9)}
    at_most(0.05, found, DRAWS)


@pytest.mark.parametrize("plan", ROWS)
def test_equals_are_told_apart_in_5_percent_at_most_without_futility_too(plan: tuple[float, float]) -> None:
    """Over four times as many units as the plan has: to give up only takes decisions away."""
    planned = Plan(*plan)
    seen = sim.draw(numpy.random.default_rng(5), 0, plan[1], 1000, 4 * planned.units)
    ended = sim.race(seen, planned, futile=-1)
    at_most(0.05, {"wrong": float((ended.says != 0).mean())}, 1000)


@pytest.mark.parametrize("plan", ROWS)
def test_a_race_needs_nine_tenths_of_the_cells_of_the_plan_and_half_at_twice_its_difference(
    plan: tuple[float, float],
) -> None:
    """On average; and on a tie it stops before the plan would. Hardly ever does it name the wrong side."""
    equal, as_planned, twice = (sim.figures(Plan(*plan), times, DRAWS) for times in (0, 1, 2))
    assert as_planned.share <= 0.9
    assert twice.share <= 0.5
    assert equal.share <= 0.9
    assert max(as_planned.wrong, twice.wrong) <= 0.005


@pytest.mark.parametrize("plan", ROWS)
def test_what_a_race_loses_of_the_power_is_what_the_page_says(plan: tuple[float, float]) -> None:
    """At most 15 points of the 80% that the fixed plan has, and nothing at twice its difference."""
    assert sim.figures(Plan(*plan), 1, DRAWS).told >= 0.8 - 0.15
    assert sim.figures(Plan(*plan), 2, DRAWS).told >= 0.95


# Families, and several sides.


def families(rng: numpy.random.Generator, draws: int, size: int) -> sim.Array:
    """Draw 60 families of tasks: in each all tasks go the same way in nine of ten cases."""
    way = rng.choice([-1.0, 1.0], (draws, 60, 1))
    same = rng.random((draws, 60, size)) < 0.9
    return numpy.where(same, way, -way) * (rng.random((draws, 60, size)) < 0.5)


def test_one_draw_of_each_family_keeps_the_error() -> None:
    """In 5% at most, where each task of a family taken for a unit of its own would be wrong far more often."""
    drawn = families(numpy.random.default_rng(11), DRAWS, 5)
    plan = Plan(0.2, 0.5)
    ours = sim.race(drawn[:, :, 0], plan, futile=-1)
    theirs = sim.race(drawn.reshape(DRAWS, -1), plan, futile=-1)
    at_most(0.05, {"wrong": float((ours.says != 0).mean())}, DRAWS)
    assert (theirs.says != 0).mean() > 0.15


def test_four_equal_sides_share_one_error() -> None:
    """That any of three is told from the first, with which all are compared, comes in 5% at most."""
    draws = 1000
    rng = numpy.random.default_rng(13)
    easy = rng.random((draws, 1, 150))
    solved = (rng.random((draws, 4, 150)) < easy).astype(float)
    difference = solved[:, :1] - solved[:, 1:]
    total, squares = difference.cumsum(2), numpy.abs(difference).cumsum(2)
    e = sim.log_e((squares + total) / 2, (squares - total) / 2)
    told = (e >= numpy.log(3 * sim.LIMIT)).any(axis=(1, 2))
    at_most(0.05, {"told": float(told.mean())}, draws)
    assert Contests(3, Plan(0.2, 0.3), 60).limit == 3 * sim.LIMIT


def test_a_pair_that_is_decided_makes_it_easier_for_the_others() -> None:
    """Holm's steps, at every look: the second needs 20 where the first needed 40; and its side is run no more."""
    contests = Contests(2, Plan(0.5, 0.5), 100)
    for n in range(9):
        assert contests.needs(1)
        contests.add([(1.0, 0.0), (1.0, 0.0) if n else (0.0, 0.0)], 99 - n)
    first, second = contests.pairs
    assert (first.says, first.units) == ("better", 9)
    assert (second.says, second.better) == ("better", 8)


def test_a_lost_unit_counts_on_neither_side() -> None:
    """It is named, and never decides."""
    contests = Contests(1, Plan(0.3, 0.5), 50)
    contests.add([None], 49)
    contests.add([(1.0, 0.0)], 48)
    [pair] = contests.pairs
    assert (pair.units, pair.lost, pair.better, pair.evidence) == (1, 1, 1, pytest.approx(1.0))


@pytest.mark.parametrize("won", [0.1, 0.2, 0.4])
def test_small_differences_that_all_go_one_way_are_not_given_up(won: float) -> None:
    """With several attempts a side may be ahead by a little on every task: what is left will decide it."""
    contests = Contests(1, Plan(0.1, 0.3), 100)
    for n in range(100):
        if not contests.over:
            contests.add([(0.5 + won / 2, 0.5 - won / 2)], 99 - n)
    [pair] = contests.pairs
    assert (pair.says, pair.why) == ("better", None)


def test_small_differences_that_go_either_way_are_given_up() -> None:
    """Before the last task: what is left is too little, were all of it as was planned."""
    contests = Contests(1, Plan(0.2, 0.3), 100)
    for n in range(100):
        if not contests.over:
            contests.add([(0.6, 0.4) if n % 2 else (0.4, 0.6)], 99 - n)
    [pair] = contests.pairs
    assert (pair.says, pair.why) == ("undecided", "futility") and pair.units < 90


def test_several_attempts_are_one_unit() -> None:
    """Its difference is that of the rates: half a win is worth less than a whole one."""
    half, whole = ({d: 20} for d in (0.5, 1.0))
    assert 1 < evidence(half) < evidence(whole)
