"""How often intervals hold the truth and verdicts are wrong, by simulation with known truths.

A bound is broken where so few hits (or so many misses) would be seen in one of ten thousand runs if the bound were
just kept: 2.5% beside it with the draws of the small grid, and about 1% with those of the full one. Every point has its own fixed seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy
import pytest
from scipy.stats import beta, binom, binomtest

from cab_core.stats import Tally, rankings
from cab_core.stats.intervals import difference_interval, mean_interval, trials_interval
from cab_core.stats.paired import ERROR, probability
from cab_core.stats.tally import trials
from tests.stats import simulate
from tests.stats.simulate import ATTEMPTS, TRUTHS

DRAWS = 1500
UNLIKELY = 1e-4
SIZES = (8, 20, 50)
ALL_SIZES = (8, 9, 10, 12, 16, 20, 30, 50, 100)


def at_least(bound: float, shares: Mapping[object, float], draws: int) -> None:
    """Hold that no share of so many draws is below a bound by more than chance."""
    low = {key: s for key, s in shares.items() if binom.cdf(round(s * draws), draws, bound) < UNLIKELY}
    assert not low


def at_most(bound: float, shares: Mapping[object, float], draws: int) -> None:
    """Hold that no share of so many draws is above a bound by more than chance."""
    high = {key: s for key, s in shares.items() if binom.sf(round(s * draws) - 1, draws, bound) < UNLIKELY}
    assert not high


# The copy in numpy is the project's own interval.


@pytest.mark.parametrize("truth", ["Beta(0.8, 0.2)", "0.7"])
@pytest.mark.parametrize(
    ("n", "attempts", "missing", "family"),
    [(5, 1, 0.2, 1), (8, 3, 0.0, 1), (12, 10, 0.2, 1), (20, 2, 0.2, 5)],
)
def test_the_copy_is_the_interval_of_a_rate(
    truth: str, n: int, attempts: int, missing: float, family: int
) -> None:
    """Draw by draw, with families and with what is missing."""
    rng = numpy.random.default_rng(n)
    side = simulate.attempt(rng, simulate.tasks(rng, truth, 40, n, family), attempts, missing)
    units = [
        [(float(y), float(z)) for y, z in zip(rates, counted, strict=True) if z]
        for rates, counted in zip(
            side.rates.reshape(40, -1, family).sum(2),
            (side.counted > 0).reshape(40, -1, family).sum(2),
            strict=True,
        )
    ]
    found = [mean_interval(u, int(c.sum())) for u, c in zip(units, side.counted, strict=True) if u]
    for t in (0.4, 0.7, 0.9):
        ours = [i is not None and i.low <= t <= i.high for i in found]
        assert list(simulate.rate_covered(side, t, family)) == ours


@pytest.mark.parametrize("other", ["worse", "equal"])
@pytest.mark.parametrize(
    ("n", "attempts", "missing"), [(5, (1, 1), 0.0), (8, (5, 1), 0.0), (12, (3, 3), 0.2)]
)
def test_the_copy_is_the_interval_of_a_difference(
    n: int, attempts: tuple[int, int], missing: float, other: str
) -> None:
    """Draw by draw, as `compare` makes it before a verdict is looked at."""
    rng = numpy.random.default_rng(n)
    a, b, _ = simulate.two_sides(rng, "Beta(2, 2)", other, 40, n, attempts, missing)
    found = []
    for pairs in simulate.pairs(a, b):
        cells = 2 * len(pairs) / sum(1 / p.a.counted + 1 / p.b.counted for p in pairs)
        found.append(difference_interval([(float(p.difference), 1.0) for p in pairs], cells * len(pairs)))
    for t in (-0.2, 0.0, 0.15, 0.3):
        ours = [i is not None and i.low <= t <= i.high for i in found]
        assert list(simulate.difference_covered(a, b, t)) == ours


# Rates.


def by_solved(n: int) -> list[tuple[float, float]]:
    """Return the intervals at one attempt a task, by how many were solved."""
    found = [mean_interval([(0.0, 1.0)] * (n - k) + [(1.0, 1.0)] * k, n) for k in range(n + 1)]
    return [(i.low, i.high) for i in found if i is not None]


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16, 20, 30, 50])
def test_one_attempt_a_task_holds_the_truth_in_93_percent(n: int) -> None:
    """Exactly, at every rate: how the tasks differ has no influence then. To whole percents: 92.8% at 10 tasks.

    There are few possible coverages. More than 98% come where one end could err only by more than 2.5% if it
    held one number of solved tasks less, and the other end cannot err at all or hardly.
    """
    ends = by_solved(n)
    for rate in numpy.linspace(0.005, 0.995, 199):
        held = [k for k, (low, high) in enumerate(ends) if low <= rate <= high]
        assert held == list(range(held[0], held[-1] + 1))
        covered = binom.pmf(held, n, rate).sum()
        assert covered >= 0.925
        if covered > 0.98:
            assert binom.cdf(held[0], n, rate) > 0.02
            assert binom.sf(held[-1] - 1, n, rate) > 0.02


@pytest.mark.parametrize("missing", [0.0, 0.2])
@pytest.mark.parametrize("attempts", ATTEMPTS)
def test_intervals_of_rates_hold_the_truth(attempts: int, missing: float) -> None:
    """In 93% or more from eight tasks on, and in 90% at five."""
    at_least(0.9, simulate.rate_coverages(DRAWS, 5, attempts, missing), DRAWS)
    for n in SIZES:
        at_least(0.9297, simulate.rate_coverages(DRAWS, n, attempts, missing), DRAWS)


@pytest.mark.parametrize("missing", [0.0, 0.2])
@pytest.mark.parametrize("attempts", ATTEMPTS)
def test_intervals_of_families_hold_the_truth(attempts: int, missing: float) -> None:
    """In 93% or more for ten families of five."""
    at_least(0.93, simulate.rate_coverages(DRAWS, 50, attempts, missing, family=5), DRAWS)


def test_intervals_of_unequal_families_hold_the_truth() -> None:
    """In 93% or more for twenty tasks alone and four families of ten."""
    sizes = numpy.repeat([1, 10], [20, 4])
    shares = {}
    for truth, (mean, easiness) in TRUTHS.items():
        rng = numpy.random.default_rng([24, *truth.encode()])
        p = numpy.repeat(easiness(rng, (DRAWS, len(sizes))), sizes, axis=1)
        side = simulate.attempt(rng, p, 1)
        # what `rate_covered` takes as families of ten: those of one task are padded with tasks that nobody tried
        at = numpy.concatenate([i * 10 + numpy.arange(size) for i, size in enumerate(sizes)])
        solved, counted = (numpy.zeros((DRAWS, 10 * len(sizes))) for _ in range(2))
        solved[:, at], counted[:, at] = side.solved, side.counted
        shares[truth] = float(simulate.rate_covered(simulate.Side(solved, counted), mean, 10).mean())
    at_least(0.93, shares, DRAWS)


@pytest.mark.parametrize("attempts", [2, 3, 5])
def test_intervals_of_rates_are_no_wider_than_they_must(attempts: int) -> None:
    """At most 98% where the data are fine enough: from twelve tasks on, at two attempts or more."""
    for n in (12, 20, 50):
        at_most(0.98, simulate.rate_coverages(DRAWS, n, attempts), DRAWS)


@pytest.mark.prove
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("missing", [0.0, 0.2])
@pytest.mark.parametrize("attempts", ATTEMPTS)
def test_every_point_of_the_full_grid_holds_the_truth(attempts: int, missing: float) -> None:
    """In 93% or more at every one; families of five from eight families on."""
    draws = 10_000
    at_least(0.93, simulate.rate_coverages(draws, 5, attempts, missing), draws)
    for n in ALL_SIZES:
        at_least(0.9297, simulate.rate_coverages(draws, n, attempts, missing), draws)
    for n in (40, 50, 100):
        at_least(0.93, simulate.rate_coverages(draws, n, attempts, missing, family=5), draws)


# Exactly these tasks.


@pytest.mark.parametrize(("attempts", "missing"), [(1, 0.0), (3, 0.0), (10, 0.0), (10, 0.2)])
@pytest.mark.parametrize("n", [2, 8, 20])
def test_intervals_for_exactly_these_tasks_hold_their_rate(n: int, attempts: int, missing: float) -> None:
    """In 93% or more, whatever these tasks are: drawn once, and then tried again and again."""
    shares = {}
    for truth in TRUTHS:
        rng = numpy.random.default_rng([n, attempts, *truth.encode()])
        p = simulate.tasks(rng, truth, 1, n)
        side = simulate.attempt(rng, numpy.repeat(p, DRAWS, axis=0), attempts, missing)
        rate, worth = side.rates.mean(axis=1), n * n / (1 / numpy.maximum(side.counted, 1)).sum(axis=1)
        low = beta.ppf(0.025, rate * worth + 0.25, (1 - rate) * worth + 0.75)
        high = beta.ppf(0.975, rate * worth + 0.75, (1 - rate) * worth + 0.25)
        own = trials_interval(float(rate[0]), float(worth[0]), n)
        assert own is not None and (own.low, own.high) == pytest.approx((low[0], high[0]), abs=1e-6)
        shares[truth] = float(((low <= p.mean()) & (p.mean() <= high)).mean())
    at_least(0.93, shares, DRAWS)


def these_covered(few: tuple[int, int, float], many: tuple[int, int, float]) -> float:
    """Return how often the interval holds the rate, exactly: of each group how many tasks, cells each, their rate.

    How the solved cells of a group are spread over its tasks has no influence.
    """
    (n, m, p), (others, cells, q) = few, many
    truth = (n * p + others * q) / (n + others)
    covered = 0.0
    for k in range(n * m + 1):
        for j in range(others * cells + 1):
            chance = binom.pmf(k, n * m, p) * binom.pmf(j, others * cells, q)
            if chance > 1e-6:
                tasks = [*_spread(k, n, m), *_spread(j, others, cells)]
                rate = float(sum(t.rate for t in tasks) / len(tasks))
                worth = trials((Fraction(1, len(tasks)), t) for t in tasks)
                found = trials_interval(rate, worth, len(tasks))
                assert found is not None
                covered += chance * (found.low <= truth <= found.high)
    return covered


def _spread(solved: int, tasks: int, cells: int) -> list[Tally]:
    each = [min(cells, max(0, solved - i * cells)) for i in range(tasks)]
    return [Tally(k, cells) for k in each]


@pytest.mark.parametrize(
    ("few", "many", "least"),
    [
        ((1, 1, 0.5), (9, 100, 0.0), 0.99),
        ((1, 1, 0.5), (9, 20, 1.0), 0.99),
        ((1, 2, 0.5), (9, 20, 0.0), 0.99),
        ((10, 1, 0.5), (10, 30, 1.0), 0.93),
        ((10, 1, 0.35), (50, 30, 1.0), 0.9),
        ((5, 2, 0.55), (50, 30, 0.0), 0.89),
        ((20, 1, 0.5), (20, 10, 0.97), 0.93),
        ((5, 3, 0.3), (20, 10, 0.0), 0.91),
        ((3, 1, 0.5), (7, 30, 0.0), 0.87),
        ((1, 1, 0.8), (9, 10, 1.0), 0.79),
        ((1, 1, 0.25), (9, 5, 0.0), 0.74),
    ],
)
def test_intervals_for_these_tasks_hold_their_rate_with_unequal_attempts(
    few: tuple[int, int, float], many: tuple[int, int, float], least: float
) -> None:
    """Also where the tasks with few cells alone vary; in less than 89% only where theirs are fewer than ten."""
    assert these_covered(few, many) >= least


# Differences.


@pytest.mark.parametrize(
    ("attempts", "missing"), [((1, 1), 0.0), ((3, 3), 0.0), ((3, 3), 0.2), ((5, 1), 0.0)]
)
def test_intervals_of_differences_hold_the_truth(attempts: tuple[int, int], missing: float) -> None:
    """In 95% or more, from five tasks on."""
    for n in (5, 8, 20):
        at_least(0.95, simulate.difference_coverages(600, n, attempts, missing), 600)


@pytest.mark.prove
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("missing", [0.0, 0.2])
@pytest.mark.parametrize("attempts", [(1, 1), (2, 2), (3, 3), (10, 10), (5, 1)])
def test_every_difference_of_the_full_grid_holds_the_truth(attempts: tuple[int, int], missing: float) -> None:
    """In 95% or more at every one, from five tasks on."""
    draws = 4000
    for n in (5, *ALL_SIZES):
        at_least(0.95, simulate.difference_coverages(draws, n, attempts, missing), draws)


def test_intervals_of_differences_of_many_attempts_hold_the_truth() -> None:
    """In 95% or more with ten attempts, where few tasks that are quite unlike decide."""
    for n in (5, 8, 20):
        at_least(0.95, simulate.difference_coverages(600, n, (10, 10)), 600)


# Verdicts.

EQUAL = [(truth, "equal") for truth in TRUTHS] + [(truth, "unrelated") for truth in TRUTHS if "Beta" in truth]


def false_verdicts(
    draws: int, n: int, attempts: tuple[int, int], missing: float, points: list[tuple[str, str]]
) -> dict[tuple[str, str], float]:
    """Return the share of draws with a verdict where there is no difference."""
    found = {}
    for truth, other in points:
        rng = numpy.random.default_rng([n, *attempts, *truth.encode(), *other.encode()])
        a, b, _ = simulate.two_sides(rng, truth, other, draws, n, attempts, missing)
        found[truth, other] = sum(map(abs, simulate.verdicts(a, b))) / draws
    return found


@pytest.mark.parametrize(
    ("attempts", "missing"), [((1, 1), 0.0), ((3, 3), 0.0), ((5, 1), 0.0), ((3, 3), 0.2), ((5, 1), 0.2)]
)
@pytest.mark.parametrize("n", [5, 8, 20])
def test_verdicts_where_there_is_no_difference_are_few(
    n: int, attempts: tuple[int, int], missing: float
) -> None:
    """In 5% at most, with unequal attempts and where cells are missing too."""
    points = [("Beta(½, ½)", "equal"), ("Beta(0.8, 0.2)", "unrelated"), ("0.95", "equal"), ("0.7", "equal")]
    at_most(0.05, false_verdicts(200, n, attempts, missing, points), 200)


def test_a_flaky_side_against_a_steady_one_is_seldom_told() -> None:
    """On exactly these tasks: A solves each in half of its attempts, and has one; B always or never, and has ten.

    The rates are equal. Dealing the cells anew alone would decide in 29%: that takes both sides to vary alike.
    """
    draws = 1000
    rng = numpy.random.default_rng(1)
    a = simulate.attempt(rng, numpy.full((draws, 20), 0.5), 1)
    steady = numpy.tile([0.0, 1.0], (draws, 10))
    b = simulate.attempt(rng, steady, 10)
    told = sum(probability(pairs, {}, "these", ERROR) <= ERROR for pairs in simulate.pairs(a, b)) / draws
    at_most(0.05, {"told": told}, draws)


@pytest.mark.prove
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    ("attempts", "missing"),
    [
        ((1, 1), 0.0),
        ((3, 3), 0.0),
        ((10, 10), 0.0),
        ((5, 1), 0.0),
        ((2, 1), 0.0),
        ((3, 3), 0.2),
        ((5, 1), 0.2),
    ],
)
@pytest.mark.parametrize("n", [5, 8, 12, 20, 50])
def test_verdicts_where_there_is_no_difference_are_few_at_every_point(
    n: int, attempts: tuple[int, int], missing: float
) -> None:
    """In 5% at most at every one of the full grid."""
    at_most(0.05, false_verdicts(2000, n, attempts, missing, EQUAL), 2000)


def test_a_board_of_equal_lines_tells_none_apart() -> None:
    """Sixty of them at twenty tasks: in 5% of the boards at most is any behind another."""
    boards = 40
    wrong = 0
    for seed in range(boards):
        lines = simulate.equal_lines(numpy.random.default_rng(seed), 20, 60)
        wrong += any(rank > 1 for ranking in rankings(lines) for rank in ranking.ranks.values())
    at_most(0.05, {"boards": wrong / boards}, boards)


@pytest.mark.prove
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("attempts", [(1,), (3,), (5, 1)])
def test_hundreds_of_boards_of_equal_lines_tell_none_apart(attempts: tuple[int, ...]) -> None:
    """With several attempts and with unequal ones, too."""
    boards = 400
    wrong = 0
    for seed in range(boards):
        lines = simulate.equal_lines(
            numpy.random.default_rng(seed), 20, 60 if len(attempts) == 1 else 20, attempts
        )
        wrong += any(rank > 1 for ranking in rankings(lines) for rank in ranking.ranks.values())
    at_most(0.05, {"boards": wrong / boards}, boards)


@pytest.mark.parametrize("truth", ["Beta(½, ½)", "Beta(2, 2)", "0.95"])
@pytest.mark.parametrize(("n", "attempts"), [(8, 3), (20, 1), (20, 3)])
def test_the_test_finds_at_least_what_the_sign_test_does(truth: str, n: int, attempts: int) -> None:
    """On the same draws: a difference of 30% of A's rate is told no less often, and seldom in the wrong direction."""
    rng = numpy.random.default_rng([n, attempts])
    a, b, _ = simulate.two_sides(rng, truth, "worse", 300, n, (attempts, attempts))
    ours = simulate.verdicts(a, b)
    signs = numpy.sign(a.rates - b.rates)
    theirs = [binomtest(int((row > 0).sum()), max(int(abs(row).sum()), 1)).pvalue <= 0.05 for row in signs]
    right = sum(verdict > 0 for verdict in ours)
    assert right >= sum(theirs) if attempts > 1 else right == sum(theirs)
    assert sum(verdict < 0 for verdict in ours) <= 4
