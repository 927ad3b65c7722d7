"""What is predicted of our own tests, against simulation of these tests."""

from __future__ import annotations

from fractions import Fraction

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from cab_core.stats import Assumed, Pair, Tally, largest_flip, measured, power_of, smallest, tasks_needed
from cab_core.stats.margin import bounds
from cab_core.stats.paired import ERROR, probability
from cab_core.stats.spread import outcomes

DRAWS = 800
NEAR = 0.03


def drawn(assumed: Assumed, tasks: int, attempts: int, draws: int) -> list[list[Pair]]:
    """Draw comparisons of which the assumptions are true."""
    rng = numpy.random.default_rng([tasks, attempts, round(1000 * assumed.flip)])
    is_open = rng.random((draws, tasks)) < assumed.open
    u = rng.random((draws, tasks))
    p_b = numpy.where(is_open, assumed.rate, u < assumed.rate)
    p_a = numpy.where(is_open, assumed.rate + assumed.difference, u < assumed.rate + assumed.difference)
    a, b = rng.binomial(attempts, p_a), rng.binomial(attempts, p_b)
    return [
        [
            Pair(unit=(f"p/{i}",), a=Tally(int(x), attempts), b=Tally(int(y), attempts))
            for i, (x, y) in enumerate(sorted(zip(*row, strict=True)))
        ]
        for row in zip(a, b, strict=True)
    ]


def better(pairs: list[Pair]) -> bool:
    """Tell whether the project's test finds A better."""
    up = sum((p.difference for p in pairs), Fraction(0)) > 0
    return up and probability(pairs, {}, "like", ERROR) <= ERROR


GRID = [
    (rate, difference, flip, attempts, tasks)
    for rate, difference, flip in ((0.5, 0.2, 0.2), (0.7, 0.1, 0.1), (0.3, 0.15, 0.42))
    for attempts, tasks in ((1, 12), (1, 50), (2, 12), (3, 6), (3, 25))
]


@pytest.mark.parametrize(("rate", "difference", "flip", "attempts", "tasks"), GRID)
def test_the_power_is_that_of_a_simulation(
    rate: float, difference: float, flip: float, attempts: int, tasks: int
) -> None:
    """Within three points, and what chance takes of so many draws."""
    assumed = Assumed(rate=rate, difference=difference, flip=flip)
    found = power_of(assumed.chances(attempts), tasks)
    seen = numpy.mean([better(pairs) for pairs in drawn(assumed, tasks, attempts, DRAWS)])
    assert abs(found - seen) < NEAR + 2.5 * (max(found * (1 - found), 0.001) / DRAWS) ** 0.5 - 0.01


@pytest.mark.prove
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("attempts", [1, 3])
@pytest.mark.parametrize("tasks", [6, 20, 100, 250])
def test_the_power_is_that_of_a_long_simulation(attempts: int, tasks: int) -> None:
    """Within three points, also where sums are taken to be normal."""
    for rate, difference, flip in ((0.5, 0.1, 0.2), (0.8, 0.1, 0.3), (0.3, 0.2, 0.0)):
        assumed = Assumed(rate=rate, difference=difference, flip=flip)
        found = power_of(assumed.chances(attempts), tasks)
        seen = numpy.mean([better(pairs) for pairs in drawn(assumed, tasks, attempts, 2500)])
        assert abs(found - seen) < NEAR


@pytest.mark.parametrize(
    ("difference", "margin", "attempts", "tasks"),
    [(0.0, 0.1, 1, 40), (0.05, 0.2, 2, 12), (-0.05, 0.3, 1, 20)],
)
def test_the_power_at_a_margin_is_that_of_a_simulation(
    difference: float, margin: float, attempts: int, tasks: int
) -> None:
    """Of the bound that `cab compare --margin` takes."""
    assumed, draws = Assumed(rate=0.6, difference=difference, flip=0.2), 200
    found = power_of(assumed.chances(attempts), tasks, margin)
    claims = [bounds(pairs, {}, "like") for pairs in drawn(assumed, tasks, attempts, draws)]
    seen = sum(b is not None and b.low > -margin for b in claims) / draws
    assert abs(found - seen) < NEAR + 2.5 * (max(found * (1 - found), 0.001) / draws) ** 0.5 - 0.01


def test_one_attempt_is_exact() -> None:
    """By hand: six tasks that all differ for A are what it takes, of six."""
    chances = Assumed(rate=0.0, difference=0.9, flip=0.0).chances(1)
    assert power_of(chances, 6) == pytest.approx(0.9**6)
    assert power_of(chances, 5) == 0
    assert power_of(chances, 8) == pytest.approx(binom.sf(5, 8, 0.9))


def test_no_number_of_tasks_below_what_is_needed_does() -> None:
    """And what is needed does."""
    chances = Assumed(rate=0.6, difference=0.1, flip=0.2).chances(1)
    needed = tasks_needed(chances, 0.8)
    assert needed is not None
    assert power_of(chances, needed) >= 0.8 > power_of(chances, needed - 1)
    assert tasks_needed(Assumed(rate=0.5, difference=1e-4, flip=0.5).chances(1), 0.8) is None


def test_many_tasks_that_never_differ_are_claimed_by_their_number() -> None:
    """No loss among 299 tasks excludes one of a hundredth, and among 298 none: 0.99^299 < 5%. To one in a hundred."""
    steady = Assumed(rate=1.0, difference=0.0, flip=0.0)
    for attempts in (1, 3):
        needed = tasks_needed(steady.chances(attempts), 0.8, 0.01)
        assert needed == pytest.approx(299, rel=0.035)


@pytest.mark.parametrize("flip", [0.02, 0.2, 0.48])
def test_where_sums_are_normal_a_claim_is_as_likely_as_before(flip: float) -> None:
    """The two ways agree where one takes over from the other."""
    for margin, difference in ((0.05, 0.0), (0.1, 0.0), (0.05, 0.03)):
        chances = Assumed(rate=0.6, difference=difference, flip=flip).chances(1)
        assert power_of(chances, 201, margin) == pytest.approx(power_of(chances, 200, margin), abs=0.035)


def test_more_attempts_need_fewer_tasks() -> None:
    """Where attempts differ; where none does they add nothing."""
    noisy = Assumed(rate=0.6, difference=0.15, flip=0.4)
    one, three = (tasks_needed(noisy.chances(k), 0.8) for k in (1, 3))
    assert one is not None and three is not None and three < one
    steady = Assumed(rate=0.6, difference=0.15, flip=0.0)
    assert power_of(steady.chances(1), 50) == pytest.approx(power_of(steady.chances(3), 50), abs=0.02)


def test_the_smallest_difference_is_seen_as_surely_as_asked() -> None:
    """None where so few tasks see nothing."""
    assumed = Assumed(rate=0.5, difference=0.0, flip=0.3)
    found = smallest(assumed, 40, 1, 0.8)
    assert found is not None
    chances = Assumed(rate=0.5, difference=found, flip=0.3).chances(1)
    assert power_of(chances, 40) == pytest.approx(0.8, abs=0.01)
    assert smallest(assumed, 5, 1, 0.8) is None


def test_assumptions_are_kept() -> None:
    """The chances of a task's difference have the mean that is assumed, and at one attempt the flips."""
    for flip in (0.0, 0.2, 0.42):
        for attempts in (1, 2, 5):
            chances = Assumed(rate=0.3, difference=0.1, flip=flip).chances(attempts)
            assert sum(chances) == pytest.approx(1)
            mean = sum(j / attempts * p for j, p in enumerate(chances, -attempts))
            assert mean == pytest.approx(0.1)
        worse, _, up = Assumed(rate=0.3, difference=0.0, flip=flip).chances(1)
        assert worse + up == pytest.approx(flip)


def test_rate_and_flips_of_cells_are_measured() -> None:
    """The flips by pairs of attempts; unknown where no task has two."""
    assert measured([("p/a", Tally(1, 2)), ("p/b", Tally(3, 3)), ("p/c", Tally(0, 1))]) == (0.5, 0.5)
    assert measured([("p/a", Tally(1, 1))]) == (1.0, None)
    assert measured([]) == (None, None)
    assert measured([("p/a", Tally(2, 4))])[1] == pytest.approx(2 / 3)
    assert largest_flip(0.5) == 0.5


@given(st.lists(st.floats(0.01, 1), min_size=2, max_size=7), st.integers(1, 60))
def test_outcomes_are_of_all_tasks_and_the_same_each_time(weights: list[float], tasks: int) -> None:
    """None is lost, none is negative, and the mean at each place is what is likely."""
    chances = [w / sum(weights) for w in weights]
    found = outcomes(chances, tasks, 200)
    assert found == outcomes(chances, tasks, 200)
    assert all(sum(one) == tasks and min(one) >= 0 for one in found)
    for place, p in enumerate(chances):
        mean = sum(one[place] for one in found) / len(found)
        assert abs(mean - tasks * p) < 0.15 * (tasks * p * (1 - p)) ** 0.5 + 0.05
