"""Intervals against scipy and against drawing, and what they promise whatever the data."""

from __future__ import annotations

import math

import numpy
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from cab_core.stats.intervals import (
    Interval,
    cost_interval,
    difference_interval,
    mean_interval,
    median_interval,
    square_and_add,
    trials_interval,
)

BETA = scipy.stats.beta
CLOSE = 1e-8

# Solved and counted cells of each task.
tallies = st.lists(
    st.integers(1, 10).flatmap(lambda m: st.tuples(st.integers(0, m), st.just(m))), min_size=1, max_size=12
)


def rate(tasks: list[tuple[int, int]]) -> Interval:
    """Return the interval of the rate of these tasks, each a family of its own."""
    found = mean_interval([(k / m, 1.0) for k, m in tasks], sum(m for _, m in tasks))
    assert found is not None
    return found


def width(found: Interval | None) -> float:
    """Return how wide an interval is."""
    assert found is not None
    return found.high - found.low


@pytest.mark.parametrize("n", [1, 2, 5, 8, 20, 200])
def test_one_attempt_a_task_is_a_beta_distribution(n: int) -> None:
    """Half way from Jeffreys' interval to that of Clopper and Pearson, for every number of solved."""
    for k in range(0, n + 1, max(1, n // 20)):
        found = rate([(1, 1)] * k + [(0, 1)] * (n - k))
        low, high = BETA.ppf(0.025, k + 0.25, n - k + 0.75), BETA.ppf(0.975, k + 0.75, n - k + 0.25)
        assert found.low == pytest.approx(min(low, k / n), abs=CLOSE)
        assert found.high == pytest.approx(max(high, k / n), abs=CLOSE)
        jeffreys = BETA.ppf([0.025, 0.975], k + 0.5, n - k + 0.5)
        exact = scipy.stats.binomtest(k, n).proportion_ci()
        assert exact.low - CLOSE <= found.low <= jeffreys[0]
        assert jeffreys[1] <= found.high <= exact.high + CLOSE


@pytest.mark.parametrize("m", [2, 4, 100])
def test_attempts_that_agree_move_less_to_the_ends(m: int) -> None:
    """With m attempts a task 1 / (4 √m) is moved."""
    moved = 1 / (4 * math.sqrt(m))
    found = rate([(m, m)] * 5 + [(0, m)] * 3)
    assert found.low == pytest.approx(BETA.ppf(0.025, 5.5 - moved, 3.5 + moved), abs=CLOSE)
    assert found.high == pytest.approx(BETA.ppf(0.975, 5.5 + moved, 3.5 - moved), abs=CLOSE)


@given(tallies)
def test_there_is_always_an_interval_and_it_has_a_width(tasks: list[tuple[int, int]]) -> None:
    """Whatever was solved; it lies within 0 and 1, holds the rate, and is weak with up to three tasks."""
    found = rate(tasks)
    mean = sum(k / m for k, m in tasks) / len(tasks)
    assert 0 <= found.low < found.high <= 1
    assert width(found) > 0.5 / (len(tasks) + 2)
    assert found.low <= mean + 1e-3 and found.high >= mean - 1e-3
    assert (found.weak, found.units) == (len(tasks) <= 3, len(tasks))


@given(tallies, st.data())
def test_more_solved_is_never_a_lower_end(tasks: list[tuple[int, int]], data: st.DataObject) -> None:
    """A line that does at least as well on every task has both ends at least as high."""
    better = [(data.draw(st.integers(k, m)), m) for k, m in tasks]
    one, other = rate(tasks), rate(better)
    assert other.low >= one.low - CLOSE and other.high >= one.high - CLOSE


@given(st.permutations([(0, 3), (1, 3), (3, 3), (2, 7), (1, 2), (4, 5)]))
def test_the_order_of_tasks_has_no_influence(tasks: list[tuple[int, int]]) -> None:
    """Not even on the last digit."""
    assert rate(tasks) == rate(sorted(tasks))


@given(tallies)
def test_solved_and_not_solved_mirror_each_other(tasks: list[tuple[int, int]]) -> None:
    """The interval of what was not solved is the other's, from 1."""
    one, other = rate(tasks), rate([(m - k, m) for k, m in tasks])
    assert (other.low, other.high) == pytest.approx((1 - one.high, 1 - one.low), abs=CLOSE)


@pytest.mark.parametrize("solved", [0, 1, 3, 5])
@pytest.mark.parametrize("n", [5, 20])
def test_ten_attempts_all_alike_are_worth_about_one(n: int, solved: int) -> None:
    """Repeating what always ends alike says nothing new about other tasks."""
    once = rate([(1, 1)] * solved + [(0, 1)] * (n - solved))
    often = rate([(10, 10)] * solved + [(0, 10)] * (n - solved))
    assert 0.85 * width(once) < width(often) < width(once)


@pytest.mark.parametrize("solved", range(9))
def test_a_second_attempt_changes_an_interval_by_little(solved: int) -> None:
    """There is no step from one attempt a task to some tasks with two, nor to all with two."""
    tasks = [(1, 1)] * solved + [(0, 1)] * (8 - solved)
    before = rate(tasks)
    for i, (k, _) in enumerate(tasks):
        tasks[i] = (2 * k, 2)
        after = rate(tasks)
        assert (after.low, after.high) == pytest.approx((before.low, before.high), abs=0.012)
        before = after


def test_a_family_counts_once() -> None:
    """Five tasks that always end alike are as wide as one of them, for as many cells of each family."""
    once = mean_interval([(1.0, 1.0), (0.0, 1.0), (1.0, 1.0), (1.0, 1.0)], 20)
    five = mean_interval([(5.0, 5.0), (0.0, 5.0), (5.0, 5.0), (5.0, 5.0)], 20)
    assert once is not None and five is not None
    assert (five.low, five.high, five.units) == pytest.approx((once.low, once.high, 4), abs=CLOSE)


def test_values_known_in_part_widen_the_interval() -> None:
    """Half of the cells known of twice as many units is as wide as all known of the half."""
    whole = mean_interval([(0.2, 1.0), (0.6, 1.0)] * 5, 10)
    half = mean_interval([(0.2, 1.0), (0.6, 1.0)] * 10, 20, known=0.5)
    assert whole is not None and half is not None
    assert (half.low, half.high) == pytest.approx((whole.low, whole.high), abs=CLOSE)


def test_a_mean_is_what_drawing_gives() -> None:
    """The lower end is the 2.5% quantile of drawn weighted means, families and imaginary ones included."""
    units = [(0.5, 1.0), (2.5, 3.0), (0.0, 2.0), (4.0, 4.0), (1.0, 1.0), (0.2, 1.0)]
    found = mean_interval(units, 24)
    assert found is not None
    size = sum(z * z for _, z in units) / 12  # of the unit that a task is in, on average
    y, z = (numpy.array([u[i] for u in (*units, (0.0, size), (size, size))]) for i in (0, 1))
    for end, q, moved in ((found.low, 0.025, 0.125), (found.high, 0.975, -0.125)):
        drawn = numpy.random.default_rng(4).gamma([1] * 6 + [0.5 + moved, 0.5 - moved], size=(200_000, 8))
        assert float((drawn @ y <= end * (drawn @ z)).mean()) == pytest.approx(q, abs=0.0015)


@pytest.mark.parametrize(("solved", "n"), [(0, 4), (3, 8), (20, 20)])
def test_one_attempt_at_exactly_these_tasks_is_the_same_beta_distribution(solved: int, n: int) -> None:
    """As many trials as tasks."""
    found, like = trials_interval(solved / n, n, n), rate([(1, 1)] * solved + [(0, 1)] * (n - solved))
    assert found is not None
    assert (found.low, found.high, found.method) == pytest.approx((like.low, like.high, "beta"), abs=CLOSE)


def test_more_attempts_at_exactly_these_tasks_are_narrower() -> None:
    """There the tasks are not drawn: ten attempts each are ten times as many trials."""
    found = trials_interval(0.5, 200, 20)
    assert found is not None
    assert (found.low, found.high) == pytest.approx(
        (BETA.ppf(0.025, 100.25, 100.75), BETA.ppf(0.975, 100.75, 100.25)), abs=CLOSE
    )


def test_a_difference_is_what_drawing_gives() -> None:
    """With imaginary units at -1 and at 1, of which 1 / (4 √m) is moved."""
    d = [0.5, 0.0, -0.25, 1.0, 0.25, 0.25, 0.0]
    found = difference_interval([(v, 1.0) for v in d], 4 * len(d))
    assert found is not None
    values = numpy.array([*d, -1.0, 1.0])
    for end, q, moved in ((found.low, 0.025, 0.125), (found.high, 0.975, -0.125)):
        drawn = numpy.random.default_rng(4).gamma([1] * 7 + [0.5 + moved, 0.5 - moved], size=(200_000, 9))
        assert float((drawn @ values <= end * drawn.sum(1)).mean()) == pytest.approx(q, abs=0.0015)


@pytest.mark.parametrize("attempts", [1, 25])
def test_a_family_s_difference_counts_once(attempts: int) -> None:
    """Five tasks that differ alike are as wide as one of them, with one attempt and with many."""
    once = difference_interval([(v, 1.0) for v in (0.2, 0.4, 0.0, 0.2, -0.2)], 5 * attempts)
    five = difference_interval([(5 * v, 5.0) for v in (0.2, 0.4, 0.0, 0.2, -0.2)], 5 * attempts)
    assert once is not None and five is not None
    assert (five.low, five.high, five.units) == pytest.approx((once.low, once.high, 5), abs=CLOSE)


def test_no_difference_at_all_is_no_certainty() -> None:
    """Tasks that may tell two sides apart are not among these: attempts cannot show that there are none."""
    once, often = (difference_interval([(0.0, 1.0)] * 20, 20 * m) for m in (1, 16))
    assert once is not None and often is not None
    assert 0.1 < once.high == pytest.approx(-once.low, abs=CLOSE)
    assert 0.75 < width(often) / width(once) < 0.9


def test_ten_tasks_without_a_difference_leave_twenty_percent() -> None:
    """Also with ten attempts at each."""
    found = difference_interval([(0.0, 1.0)] * 10, 100)
    assert found is not None
    assert found.low <= -0.2 and found.high >= 0.2


@given(st.lists(st.integers(-6, 6).map(lambda k: k / 6), min_size=1, max_size=10), st.integers(1, 5))
def test_a_difference_mirrors_and_has_a_width(values: list[float], attempts: int) -> None:
    """B against A has the interval of A against B with its sign changed."""
    one = difference_interval([(v, 1.0) for v in values], attempts * len(values))
    other = difference_interval([(-v, 1.0) for v in values], attempts * len(values))
    assert one is not None and other is not None
    assert (other.low, other.high) == pytest.approx((-one.high, -one.low), abs=CLOSE)
    assert -1 <= one.low < one.high <= 1


def test_square_and_add_is_newcombe_s_tenth_method() -> None:
    """His example: 56 of 70 against 48 of 80, with Wilson's intervals, is 0.0524 to 0.3339."""
    sides = [scipy.stats.binomtest(k, n).proportion_ci(method="wilson") for k, n in ((56, 70), (48, 80))]
    a, b = (Interval(low=s.low, high=s.high, method="", units=1) for s in sides)
    found = square_and_add(a, b, 0.8, 0.6)
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)


@pytest.mark.parametrize("n", [6, 7, 9, 10, 12, 15, 20, 25, 40, 61])
def test_a_median_lies_between_order_statistics(n: int) -> None:
    """With one task a unit the ends are values, those that the binomial distribution says or the next inside."""
    found = median_interval([[float(v)] for v in range(n)])
    assert found is not None
    low = int(found.low)
    assert int(found.high) == n - 1 - low
    exact = int(scipy.stats.binom.ppf(0.025, n, 0.5)) - 1
    assert low in (exact, exact + 1)
    covered = scipy.stats.binom.cdf(int(found.high), n, 0.5) - scipy.stats.binom.cdf(low, n, 0.5)
    assert covered >= 0.93


def test_few_tasks_do_not_bound_a_median() -> None:
    """With four the truth is beyond all of them in one of eight cases."""
    assert median_interval([[1.0], [2.0], [3.0], [4.0]]) is None
    assert median_interval([]) is None


@pytest.mark.parametrize("n", range(5, 21))
def test_a_median_of_families_is_as_wide_as_of_one_of_each(n: int) -> None:
    """Five tasks that are alike are one."""
    once = median_interval([[float(v)] for v in range(n)])
    five = median_interval([[float(v)] * 5 for v in range(n)])
    assert once is not None and five is not None
    assert (five.low, five.high, five.units) == (once.low, once.high, n)


def test_a_cost_of_families_is_as_wide_as_of_one_of_each() -> None:
    """So it is with amounts."""
    units = [(3.0, 1.0), (9.0, 0.0), (2.0, 1.0), (5.0, 0.5)]
    once, five = cost_interval(units, 20), cost_interval([(5 * y, 5 * z) for y, z in units], 20)
    assert once is not None and five is not None
    assert (five.low, five.high) == pytest.approx((once.low, once.high), rel=1e-6)


def test_a_cost_is_what_drawing_gives() -> None:
    """Both ends are quantiles of drawn amounts over drawn solved, with the two imaginary units."""
    units = [(3.0, 1.0), (9.0, 0.0), (2.0, 1.0), (5.0, 0.5), (4.0, 1.0), (7.0, 1.0), (1.0, 1.0)]
    found = cost_interval(units, 4 * len(units))
    assert found is not None
    mean = 31 / 7
    spent, solved = (numpy.array([u[i] for u in (*units, (mean, 1.0), (mean, 0.0))]) for i in (0, 1))
    for end, q, moved in ((found.low, 0.025, 0.125), (found.high, 0.975, -0.125)):
        drawn = numpy.random.default_rng(4).gamma([1] * 7 + [0.5 + moved, 0.5 - moved], size=(200_000, 9))
        assert float((drawn @ spent <= end * (drawn @ solved)).mean()) == pytest.approx(q, abs=0.0015)


def test_a_cost_in_another_unit_is_the_same() -> None:
    """Cents for dollars, or tokens by the thousand."""
    units = [(3.0, 1.0), (9.0, 0.0), (2.0, 1.0), (5.0, 0.5)]
    one = cost_interval(units, 8)
    for factor in (1e-6, 1000.0, 1e9):
        other = cost_interval([(y * factor, z) for y, z in units], 8)
        assert one is not None and other is not None
        assert (other.low, other.high) == pytest.approx((one.low * factor, one.high * factor), rel=1e-6)


def test_a_cost_without_anything_solved_has_no_interval() -> None:
    """Nor has one of a single task."""
    assert cost_interval([(3.0, 0.0), (2.0, 0.0)], 2) is None
    assert cost_interval([(3.0, 1.0)], 5) is None


def test_without_a_task_there_is_no_interval() -> None:
    """Of any kind."""
    assert [mean_interval([], 0), trials_interval(0.0, 0.0, 0), difference_interval([], 0)] == [None] * 3


def test_a_large_family_counts_as_few_units() -> None:
    """Nine tasks of one family and three alone are worth two units, so that what they say is weak."""
    found = mean_interval([(5.0, 9.0), (1.0, 1.0), (0.0, 1.0), (1.0, 1.0)], 12)
    assert found is not None
    assert (found.units, found.weak) == (2, True)


@pytest.mark.parametrize(
    ("sizes", "units", "weak"),
    [
        ([1] * 7, 7, False),
        ([5] * 4, 4, False),
        ([9, 1, 1, 1], 2, True),
        ([6, 1, 1, 1, 1], 3, True),  # 2.5
        ([6, 3, 3, 1, 1], 4, False),  # 3.5
        ([10] * 4 + [1] * 20, 9, False),
    ],
)
def test_units_are_families_of_equal_size(sizes: list[int], units: int, weak: bool) -> None:
    """As many as would tell as much, a half rounded up; of a rate as of a difference."""
    for make in (mean_interval, difference_interval):
        found = make([(z / 2, float(z)) for z in sizes], sum(sizes))
        assert found is not None
        assert (found.units, found.weak) == (units, weak)


@pytest.mark.parametrize("solved", [0, 1])
def test_an_interval_holds_its_rate(solved: int) -> None:
    """Also at 0 and 1, where many attempts at few tasks bring the end near."""
    for n in (1, 3, 20):
        found, these = rate([(10 * solved, 10)] * n), trials_interval(float(solved), 10.0 * n, n)
        assert these is not None
        assert found.low <= solved <= found.high
        assert these.low <= solved <= these.high
