"""Randomisation tests against every sign pattern, every deal, and scipy."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

import numpy
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from cab_core.stats import exact
from cab_core.stats.exact import Chance, Dealt, as_far, deals, flips

ONE = Fraction(1)
differences = st.builds(
    lambda a, m, b, n: Fraction(min(a, m), m) - Fraction(min(b, n), n),
    *(st.integers(low, 4) for low in (0, 1, 0, 1)),
)
sides = st.integers(1, 3).flatmap(lambda m: st.tuples(st.integers(0, m), st.just(m)))
dealt = st.builds(Dealt, sides, sides, st.sampled_from([ONE, ONE / 2, ONE / 3]))


@given(st.lists(differences, min_size=1, max_size=8))
def test_flips_are_every_sign_pattern(found: list[Fraction]) -> None:
    """p is the share of all sign patterns whose sum is as far from 0."""
    seen = abs(sum(found))
    sums = [
        abs(sum(s * d for s, d in zip(signs, found, strict=True)))
        for signs in itertools.product((1, -1), repeat=len(found))
    ]
    assert flips(found) == Fraction(sum(s >= seen for s in sums), len(sums))


@given(st.lists(dealt, min_size=1, max_size=4))
def test_deals_are_every_deal(tasks: list[Dealt]) -> None:
    """p is the share of all ways to deal the cells of each task whose difference is as far from 0."""

    def every(task: Dealt) -> list[Fraction]:
        solved, cells = task.a[0] + task.b[0], task.a[1] + task.b[1]
        for_a = [
            sum(i < solved for i in chosen) for chosen in itertools.combinations(range(cells), task.a[1])
        ]
        return [task.weight * (Fraction(k, task.a[1]) - Fraction(solved - k, task.b[1])) for k in for_a]

    seen = abs(sum(t.weight * (Fraction(*t.a) - Fraction(*t.b)) for t in tasks))
    sums = [abs(sum(deal)) for deal in itertools.product(*map(every, tasks))]
    assert deals(tasks) == Fraction(sum(s >= seen for s in sums), len(sums))


@pytest.mark.parametrize("better", range(0, 30, 3))
@pytest.mark.parametrize("worse", range(0, 30, 4))
def test_flips_of_whole_tasks_are_mcnemar_s_test(better: int, worse: int) -> None:
    """With one attempt a task p is scipy's binomial test, whatever the number of ties."""
    theirs = scipy.stats.binomtest(better, better + worse).pvalue if better + worse else 1.0
    ours = flips([ONE] * better + [-ONE] * worse + [Fraction(0)] * 7)
    assert float(ours) == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_flips_are_scipy_s_permutation_test(seed: int) -> None:
    """So they are with differences of any size."""
    found = numpy.random.default_rng(seed).integers(-6, 9, 11)
    theirs = scipy.stats.permutation_test(
        (found,), numpy.sum, permutation_type="samples", n_resamples=numpy.inf, alternative="two-sided"
    )
    assert float(flips([Fraction(int(d), 6) for d in found])) == pytest.approx(theirs.pvalue, rel=1e-9)


@pytest.mark.parametrize("table", [(3, 5, 1, 5), (5, 5, 0, 5), (2, 7, 2, 7), (0, 4, 3, 4), (9, 9, 1, 9)])
def test_deals_of_one_task_are_fisher_s_test(table: tuple[int, int, int, int]) -> None:
    """With as many attempts on both sides of one task p is that of Fisher's exact test."""
    a, m, b, n = table
    theirs = scipy.stats.fisher_exact([[a, m - a], [b, n - b]]).pvalue
    assert float(deals([Dealt((a, m), (b, n), ONE)])) == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize("table", [(4, 5, 0, 3), (1, 2, 3, 6), (6, 6, 1, 4)])
def test_deals_of_unequal_sides_are_scipy_s_permutation_test(table: tuple[int, int, int, int]) -> None:
    """Where the sides differ in size it is the distance from 0 that counts."""
    a, m, b, n = table
    cells = [[1] * k + [0] * (size - k) for k, size in ((a, m), (b, n))]
    theirs = scipy.stats.permutation_test(
        cells,
        lambda x, y, axis: abs(numpy.mean(x, axis=axis) - numpy.mean(y, axis=axis)),
        permutation_type="independent",
        n_resamples=numpy.inf,
        alternative="greater",
        vectorized=True,
    )
    assert float(deals([Dealt((a, m), (b, n), ONE)])) == pytest.approx(theirs.pvalue, rel=1e-9)


def test_equal_sums_are_equal() -> None:
    """Thirds, fifths and sevenths that add up to 0 are a tie, which floats would not see."""
    found = [Fraction(1, 10), Fraction(1, 5), Fraction(-3, 10)]
    assert sum(map(float, found)) != 0
    assert flips(found) == 1


def _tasks(n: int, seed: int, easier: float) -> list[Dealt]:
    chance = random.Random(seed)

    def side(p: float) -> tuple[int, int]:
        m = chance.randint(1, 7)
        return sum(chance.random() < p for _ in range(m)), m

    found = []
    for _ in range(n):
        p = chance.random()
        found.append(Dealt(side(p + easier), side(p), ONE))
    return found


@pytest.mark.parametrize("easier", [0.0, 0.1])
@pytest.mark.parametrize("seed", range(3))
def test_a_large_table_is_rounded_by_little(
    monkeypatch: pytest.MonkeyPatch, seed: int, easier: float
) -> None:
    """Where the table of sums has no room p is that of rounded values, near the exact one."""
    tasks = _tasks(60, seed, easier)
    found = [Fraction(*t.a) - Fraction(*t.b) for t in tasks]
    whole = flips(found), deals(tasks)
    monkeypatch.setattr(exact, "_normal", None)
    monkeypatch.setattr(exact, "_FINE", 8)
    for ours, right, bits in zip((flips, deals), whole, (17, 20), strict=True):
        monkeypatch.setattr(exact, "_LARGEST", 1 << bits)
        rounded = ours(found if ours is flips else tasks)  # type: ignore[arg-type]
        assert rounded != right
        assert float(rounded) == pytest.approx(float(right), rel=0.05)


@pytest.mark.parametrize("easier", [0.0, 0.03, 0.06])
def test_where_rounding_would_be_coarse_it_is_a_normal_distribution(
    monkeypatch: pytest.MonkeyPatch, easier: float
) -> None:
    """Near the exact one where a verdict hangs on it."""
    tasks = _tasks(200, 1, easier)
    found = [Fraction(*t.a) - Fraction(*t.b) for t in tasks]
    whole = flips(found), deals(tasks)
    monkeypatch.setattr(exact, "_LARGEST", 1 << 16)
    monkeypatch.setattr(exact.Chance, "rounded", None)
    for ours, right in zip((flips(found), deals(tasks)), whole, strict=True):
        assert ours != right
        assert float(ours) == pytest.approx(float(right), rel=0.06, abs=1e-3)


def test_what_is_certain_has_no_influence() -> None:
    """A task on which both sides always do alike leaves p as it is."""
    tasks = _tasks(8, 3, 0.4)
    assert deals([*tasks, Dealt((3, 3), (2, 2), ONE), Dealt((0, 1), (0, 4), ONE)]) == deals(tasks)


@given(st.permutations([*map(Fraction, (3, -1, 1, 2, 0, 2, 5, 1)), Fraction(1, 7)]))
def test_the_order_has_no_influence(found: list[Fraction]) -> None:
    """Nor have the names, by which others would sort."""
    assert flips(found) == flips(sorted(found))


def test_many_tasks_take_no_room_and_no_time() -> None:
    """Two and a half thousand flips have an exact p."""
    better = 1300
    ours = flips([ONE] * better + [-ONE] * (2500 - better))
    assert float(ours) == pytest.approx(scipy.stats.binomtest(better, 2500).pvalue, rel=1e-9)
    assert ours.denominator == 1 << (ours.denominator.bit_length() - 1)


def test_a_sum_of_unequal_parts_counts_both_sides() -> None:
    """The ways to either side are counted each by itself."""
    parts = [Chance({-1: 1, 2: 2}, 2), Chance({-3: 1, 1: 3}, 1)]
    sums = [(x + y, n * m) for x, n in parts[0].ways.items() for y, m in parts[1].ways.items()]
    assert as_far(parts) == Fraction(sum(n for s, n in sums if abs(s) >= 3), sum(n for _, n in sums))
