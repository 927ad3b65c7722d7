"""The test of two sides, the verdict that comes from it alone, and the interval that agrees with it."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from cab_core.stats.exact import Dealt, deals, flips
from cab_core.stats.intervals import trials_interval
from cab_core.stats.paired import Pair, decidable, interval, probability, verdict
from cab_core.stats.tally import Tally

Both = tuple[tuple[int, int], tuple[int, int]]

tallies = st.integers(1, 5).flatmap(lambda m: st.tuples(st.integers(0, m), st.just(m)))
sides = st.lists(st.tuples(tallies, tallies), min_size=1, max_size=9)
estimands = st.sampled_from(["like", "these"])


def pairs(cells: list[Both]) -> list[Pair]:
    """Return a pair for each task, from solved and counted cells of A and of B."""
    return [Pair(unit=(f"p/{i}",), a=Tally(*a), b=Tally(*b)) for i, (a, b) in enumerate(cells)]


def differences(cells: list[Both]) -> list[Fraction]:
    """Return the tasks' differences."""
    return [Fraction(*a) - Fraction(*b) for a, b in cells]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=9))
def test_with_equal_attempts_the_test_flips_signs(solved: list[tuple[int, int]]) -> None:
    """It is the sign-flip test of the tasks' differences, and no other."""
    cells = [((a, 3), (b, 3)) for a, b in solved]
    assert probability(pairs(cells), {}, "like") == flips(differences(cells))


@given(sides)
def test_with_unequal_attempts_both_tests_must_agree(cells: list[Both]) -> None:
    """p is the larger of that and of the one that deals the cells anew, on these tasks too.

    With equal attempts the one is that of tasks like these, and the other that of exactly these.
    """
    dealt = deals([Dealt(a, b, Fraction(1)) for a, b in cells])
    flipped = flips(differences(cells))
    unequal = any(a[1] != b[1] for a, b in cells)
    assert probability(pairs(cells), {}, "these") == (max(flipped, dealt) if unequal else dealt)
    assert probability(pairs(cells), {}, "like") == (max(flipped, dealt) if unequal else flipped)


def test_either_test_may_be_the_larger() -> None:
    """Rare failures at five attempts against one mislead the one, and a few attempts each the other."""
    rare: list[Both] = [((4, 5), (1, 1))] * 8 + [((5, 5), (1, 1))] * 4
    seldom: list[Both] = [((3, 3), (0, 2))] * 4
    for cells, misled in ((rare, "flips"), (seldom, "deals")):
        flipped, dealt = flips(differences(cells)), deals([Dealt(a, b, Fraction(1)) for a, b in cells])
        assert (flipped < dealt) == (misled == "flips") and flipped != dealt
        for on in ("like", "these"):
            assert probability(pairs(cells), {}, on) == max(flipped, dealt)  # type: ignore[arg-type]


def test_a_test_may_stop_where_it_is_known_to_be_above() -> None:
    """The cells are not dealt where the signs alone do not decide; below that p is as exact as ever."""
    few: list[Both] = [((4, 5), (1, 1))] * 5
    assert (
        probability(pairs(few), {}, "like", enough=Fraction(1, 20))
        == flips(differences(few))
        == Fraction(1, 16)
    )
    assert probability(pairs(few), {}, "like") == probability(pairs(few), {}, "these") > Fraction(1, 16)
    clear: list[Both] = [((3, 3), (0, 2))] * 12
    assert probability(pairs(clear), {}, "like", enough=Fraction(1, 20)) == probability(
        pairs(clear), {}, "like"
    )


@pytest.mark.parametrize("families", [5, 6])
def test_with_unequal_attempts_it_takes_families_on_these_tasks_too(families: int) -> None:
    """Where both tests must agree, no result of five families can decide: 2 / 2⁵."""
    cells = pairs([((1, 1), (1, 10))] * 12)
    of = {f"p/{i}": f"f/{i % families}" for i in range(12)}
    assert decidable(cells, of, "these") == (families == 6)
    assert decidable(pairs([((1, 1), (1, 1))] * 12), of, "these")


def test_families_flip_together() -> None:
    """Ten tasks of two families are two signs, not ten."""
    cells: list[Both] = [((1, 1), (0, 1))] * 10
    families = {f"p/{i}": f"family {i % 2}" for i in range(10)}
    assert probability(pairs(cells), {}, "like") == Fraction(2, 2**10)
    assert probability(pairs(cells), families, "like") == Fraction(2, 2**2)
    alone = {f"p/{i}": "one" for i in range(9)}
    assert probability(pairs(cells), alone, "like") == Fraction(2, 2**2)


def test_several_pairs_of_a_task_share_it() -> None:
    """A task weighs the same however many pairs it has."""
    third = Fraction(1, 3)
    many = [
        Pair(unit=(f"p/{i}", model), a=Tally(1, 1), b=Tally(0, 1), weight=third)
        for i in range(6)
        for model in "xyz"
    ]
    one = pairs([((1, 1), (0, 1))] * 6)
    assert probability(many, {}, "like") == probability(one, {}, "like") == Fraction(2, 2**6)
    several, single = interval(many, {}, "like", "better"), interval(one, {}, "like", "better")
    assert several is not None and single is not None
    assert several.units == single.units == 6
    assert several.low == pytest.approx(single.low, abs=0.06)


@pytest.mark.parametrize(
    ("p", "difference", "says"),
    [
        (Fraction(1, 20), Fraction(1, 9), "better"),
        (Fraction(1, 20), Fraction(-1, 9), "worse"),
        (Fraction(51, 1000), Fraction(1), "undecided"),
        (Fraction(1), Fraction(0), "undecided"),
    ],
)
def test_a_verdict_comes_from_p_alone(p: Fraction, difference: Fraction, says: str) -> None:
    """0.05 is enough, and above it nothing else decides."""
    assert verdict(p, difference) == says


def test_six_to_none_decide_and_five_do_not() -> None:
    """With one attempt a task, all better, the least p of five tasks is 0.0625."""
    for n, says in ((5, "undecided"), (6, "better")):
        cells: list[Both] = [((1, 1), (0, 1))] * n
        assert verdict(probability(pairs(cells), {}, "like"), Fraction(1)) == says


@given(sides, estimands)
def test_an_interval_holds_0_just_where_nothing_is_decided(
    cells: list[Both], on: Literal["like", "these"]
) -> None:
    """Decided, it lies on one side of 0; and it always holds the difference itself."""
    found = pairs(cells)
    difference = sum(differences(cells), Fraction(0)) / len(cells)
    says = verdict(probability(found, {}, on), difference)
    interv = interval(found, {}, on, says)
    assert interv is not None and -1 <= interv.low < interv.high <= 1
    if says == "undecided":
        assert interv.low <= 0 <= interv.high
    else:
        assert interv.low >= 0 if says == "better" else interv.high <= 0
    assert interv.low - 0.001 <= difference <= interv.high + 0.001


@pytest.mark.parametrize("says", ["undecided", "better", "worse"])
def test_an_interval_is_made_to_agree(says: Literal["undecided", "better", "worse"]) -> None:
    """It is widened to 0 where nothing is decided, and cut at 0 where something is, and left alone beyond that."""
    up, down = pairs([((1, 1), (0, 1))] * 20), pairs([((0, 1), (1, 1))] * 20)
    even = pairs([((1, 1), (0, 1)), ((0, 1), (1, 1))] * 5)
    raw = interval(even, {}, "like", "undecided")
    assert raw is not None and raw.low < 0 < raw.high
    ends = {side: interval(side_pairs, {}, "like", says) for side, side_pairs in (("up", up), ("down", down))}
    middle = interval(even, {}, "like", says)
    assert ends["up"] and ends["down"] and middle
    if says == "undecided":
        assert (ends["up"].low, ends["down"].high) == (0, 0)
    elif says == "better":
        assert ends["up"].low > 0.7 and (middle.low, middle.high) == (0, raw.high)
    else:
        assert ends["down"].high < -0.7 and (middle.low, middle.high) == (raw.low, 0)


@given(sides, estimands)
def test_b_against_a_is_the_mirror(cells: list[Both], on: Literal["like", "these"]) -> None:
    """The same p, the other verdict, the interval with its sign changed."""
    found, turned = pairs(cells), pairs([(b, a) for a, b in cells])
    p = probability(found, {}, on)
    assert probability(turned, {}, on) == p
    one, other = interval(found, {}, on, "undecided"), interval(turned, {}, on, "undecided")
    assert one is not None and other is not None
    assert (other.low, other.high) == pytest.approx((-one.high, -one.low), abs=1e-8)


def test_on_these_tasks_the_interval_is_of_both_sides_trials() -> None:
    """Newcombe's of two beta intervals; more attempts make it narrower, though the tasks differ."""
    cells: list[Both] = [((10, 10), (9, 10)), ((0, 10), (1, 10))] * 5
    found = interval(pairs(cells), {}, "these", "undecided")
    side = trials_interval(0.5, 100, 10)
    assert found is not None and side is not None
    half = (side.high - side.low) / 2
    assert found.high == pytest.approx(2**0.5 * half, rel=0.01)


@pytest.mark.parametrize("only_a", range(0, 12, 3))
@pytest.mark.parametrize("only_b", range(0, 12, 4))
def test_one_attempt_on_these_tasks_is_mcnemar_s_test_too(only_a: int, only_b: int) -> None:
    """Dealing two cells of a task anew is flipping the sign of their difference."""
    cells: list[Both] = [((1, 1), (0, 1))] * only_a + [((0, 1), (1, 1))] * only_b + [((1, 1), (1, 1))] * 3
    theirs = scipy.stats.binomtest(only_a, only_a + only_b).pvalue if only_a + only_b else 1.0
    for on in ("like", "these"):
        assert float(probability(pairs(cells), {}, on)) == pytest.approx(theirs, rel=1e-9)  # type: ignore[arg-type]


def test_without_a_pair_there_is_nothing_to_say() -> None:
    """p is 1, and there is no interval."""
    for on in ("like", "these"):
        assert probability([], {}, on) == 1  # type: ignore[arg-type]
        assert interval([], {}, on, "undecided") is None  # type: ignore[arg-type]
