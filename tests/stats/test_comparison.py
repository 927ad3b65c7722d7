"""Two sides, paired by unit: what is equal is a tie, whatever the names and the order."""

from __future__ import annotations

from fractions import Fraction

import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from cab_core.stats import Comparison, Tally, compare

Unit = tuple[str, ...]
Cells = dict[Unit, Tally]

YES, NO = Tally(1, 1), Tally(0, 1)


def cells(*tallies: tuple[int, int]) -> Cells:
    """Return the tallies of as many tasks."""
    return {(f"p/{i:02}",): Tally(*found) for i, found in enumerate(tallies)}


def figures(found: Comparison) -> tuple[object, ...]:
    """Return all that is told but for the names of the pairs."""
    return (found.p, found.says, found.difference, found.interval, found.better, found.worse, found.tasks)


def test_sides_are_paired_by_task_and_what_had_no_partner_is_named() -> None:
    """Tasks of one side alone are named and not counted."""
    a: Cells = {("p/one",): YES, ("p/two",): YES, ("p/three",): NO, ("p/alone",): YES}
    b: Cells = {("p/one",): YES, ("p/two",): NO, ("p/three",): NO, ("q/other", "m"): NO}
    found = compare(a, b)
    assert (found.tasks, found.better, found.worse) == (3, 1, 0)
    assert (found.rate_a, found.rate_b) == (pytest.approx(2 / 3), pytest.approx(1 / 3))
    assert found.difference == pytest.approx(1 / 3)
    assert [p.task for p in found.flipped] == ["p/two"]
    assert (found.only_a, found.only_b) == (("p/alone",), ("q/other m",))
    assert (found.p, found.says) == (1, "undecided")


def test_a_tie_of_several_models_is_a_tie() -> None:
    """On each of eight tasks thirds add up to 0, which sums of floats do not: p is 1, not 0.0078."""
    models = {"x": (Tally(1, 3), YES), "y": (Tally(1, 3), NO), "z": (Tally(1, 3), NO)}
    a: Cells = {(f"p/{i}", m): sides[0] for i in range(8) for m, sides in models.items()}
    b: Cells = {(f"p/{i}", m): sides[1] for i in range(8) for m, sides in models.items()}
    assert sum(float(x.rate) - float(y.rate) for x, y in models.values()) != 0
    found = compare(a, b)
    assert (found.better, found.worse, found.difference) == (0, 0, 0)
    assert (found.p, found.says) == (1, "undecided")


@given(st.permutations("vwxyz"))
def test_the_order_of_models_has_no_influence(order: list[str]) -> None:
    """Five of them, on both sides."""
    tallies = (Tally(1, 3), Tally(2, 5), Tally(0, 1), Tally(3, 7), Tally(1, 1))
    others = (Tally(1, 2), Tally(0, 5), Tally(1, 1), Tally(3, 8), Tally(1, 9))

    def made(models: str) -> Comparison:
        a = {(f"p/{i}", m): t for i in range(3) for m, t in zip(models, tallies, strict=True)}
        return compare(a, {(f"p/{i}", m): t for i in range(3) for m, t in zip(models, others, strict=True)})

    assert figures(made("".join(order))) == figures(made("vwxyz"))


@given(st.permutations(range(9)))
def test_renaming_tasks_changes_nothing(names: list[int]) -> None:
    """Neither p nor the verdict nor any digit of the interval."""
    tallies = [(Tally(k % 4, 3), Tally(k * k % 3, 2 + k % 2)) for k in range(9)]

    def made(order: list[int]) -> Comparison:
        families = {f"p/{name}": f"f/{name}" for name, k in zip(order, range(9), strict=True) if k < 2}
        a = {(f"p/{name}",): one for name, (one, _) in zip(order, tallies, strict=True)}
        return compare(
            a, {(f"p/{name}",): other for name, (_, other) in zip(order, tallies, strict=True)}, families
        )

    assert figures(made(names)) == figures(made(list(range(9))))


def test_size_counts_not_signs_alone() -> None:
    """Slightly better on fourteen tasks and far worse on four is not better, though a sign test says so."""
    a, b = cells(*[(10, 10)] * 14 + [(0, 10)] * 4), cells(*[(9, 10)] * 14 + [(10, 10)] * 4)
    found = compare(a, b)
    assert (found.better, found.worse) == (14, 4)
    assert scipy.stats.binomtest(14, 18).pvalue < 0.05
    assert found.difference is not None and found.difference < 0
    assert found.says == "undecided"


@pytest.mark.parametrize(("attempts", "n"), [(1, 20), (5, 20), (1, 6)])
def test_all_against_nothing_is_better(attempts: int, n: int) -> None:
    """However little varies: it is where the evidence is strongest."""
    found = compare(cells(*[(attempts, attempts)] * n), cells(*[(0, attempts)] * n))
    assert (found.says, found.p, found.difference) == ("better", Fraction(2, 2**n), 1)
    assert found.interval is not None
    assert found.interval.low > (0.7 if n == 20 else 0.1)
    turned = compare(cells(*[(0, attempts)] * n), cells(*[(attempts, attempts)] * n))
    assert (turned.says, turned.difference) == ("worse", -1)


def test_nothing_is_better_at_a_p_of_one_half() -> None:
    """Two of five tasks, none the other way: p is 0.5, and the interval holds 0."""
    found = compare(
        cells((1, 1), (1, 1), (1, 1), (1, 1), (0, 1)), cells((1, 1), (1, 1), (0, 1), (0, 1), (0, 1))
    )
    assert (found.p, found.says) == (Fraction(1, 2), "undecided")
    assert found.interval is not None
    assert found.interval.low <= 0 < found.interval.high


def test_a_task_counts_once_however_many_pairs_it_has() -> None:
    """Several models on one task are one task in the test and in the interval."""
    a: Cells = {("p/one", model): YES for model in "xyz"}
    b: Cells = {("p/one", model): NO for model in "xyz"}
    found = compare(a, b)
    assert (found.tasks, len(found.pairs), found.better) == (1, 3, 1)
    assert found.interval is not None
    assert (found.p, found.interval.units) == (1, 1)


def test_tasks_with_more_pairs_weigh_no_more() -> None:
    """The rates and the difference are means over tasks."""
    a: Cells = {("p/one", "x"): YES, ("p/one", "y"): YES, ("p/one", "z"): NO, ("p/two", "x"): NO}
    b: Cells = {("p/one", "x"): NO, ("p/one", "y"): NO, ("p/one", "z"): NO, ("p/two", "x"): YES}
    found = compare(a, b)
    assert (found.rate_a, found.rate_b) == (pytest.approx(1 / 3), 0.5)
    assert found.difference == pytest.approx(-1 / 6)


def test_families_are_what_is_independent() -> None:
    """Ten tasks of three families cannot decide anything."""
    a, b = cells(*[(1, 1)] * 10), cells(*[(0, 1)] * 10)
    assert compare(a, b).says == "better"
    found = compare(a, b, {f"p/{i:02}": str(i % 3) for i in range(10)})
    assert (found.tasks, found.families, found.p, found.says) == (10, 3, Fraction(1, 4), "undecided")
    assert found.interval is not None
    assert (found.interval.units, found.interval.weak) == (3, True)


def test_a_task_without_a_family_is_its_own() -> None:
    """Beside tasks that have one."""
    found = compare(cells(*[(1, 1)] * 4), cells(*[(0, 1)] * 4), {"p/00": "f", "p/01": "f"})
    assert (found.tasks, found.families) == (4, 3)


def test_what_is_asked_is_kept_and_decides_what_is_drawn() -> None:
    """Two tasks say nothing of others, and much of themselves."""
    a, b = cells((10, 10), (10, 10)), cells((0, 10), (0, 10))
    like, these = compare(a, b), compare(a, b, on="these")
    assert (like.on, like.says) == ("like", "undecided")
    assert (these.on, these.says) == ("these", "better")
    assert like.interval is not None and these.interval is not None
    assert these.interval.low > 0.6 and like.interval.low <= 0


def test_unequal_attempts_are_compared_by_rates() -> None:
    """Five attempts against one, as good: nothing is decided, and nothing is better by its number."""
    found = compare(cells(*[(3, 5)] * 5), cells(*[(1, 1)] * 3 + [(0, 1)] * 2))
    assert (found.difference, found.better, found.worse) == (0, 2, 3)
    assert (found.p, found.says) == (1, "undecided")


def test_without_a_common_task_all_is_unknown() -> None:
    """Not 0."""
    found = compare({("p/one",): YES}, {("p/two",): YES})
    assert (found.tasks, found.rate_a, found.rate_b, found.difference, found.interval) == (
        0,
        None,
        None,
        None,
        None,
    )
    assert (found.p, found.says, found.families) == (1, "undecided", 0)
