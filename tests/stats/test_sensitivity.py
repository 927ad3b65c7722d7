"""What a comparison could have seen, and what it lacks."""

from __future__ import annotations

import numpy
import pytest

from cab_core.stats import Pair, Tally, compare, power_of, sensitivity_of
from cab_core.stats.margin import Verdict
from tests.stats import simulate


def pairs(*cells: tuple[tuple[int, int], tuple[int, int]]) -> list[Pair]:
    """Return a pair for each ((solved, counted) of A, of B)."""
    return [Pair(unit=(f"p/{i:03}",), a=Tally(*a), b=Tally(*b)) for i, (a, b) in enumerate(cells)]


def flips(n: int, better: int, worse: int) -> list[Pair]:
    """Return n single attempts, of which so many differ."""
    up, down, same = ((1, 1), (0, 1)), ((0, 1), (1, 1)), ((1, 1), (1, 1))
    return pairs(*[up] * better, *[down] * worse, *[same] * (n - better - worse))


def test_single_attempts_are_seen_by_the_exact_test() -> None:
    """Where none differs, by six that do so for one side; where many do, by as many as did."""
    for n, better, worse in ((20, 0, 0), (40, 8, 6)):
        found = sensitivity_of(flips(n, better, worse), {}, "like", "undecided").smallest
        assert found is not None
        some = max((better + worse) / n, found)
        assert power_of(((some - found) / 2, 1 - some, (some + found) / 2), n) == pytest.approx(0.8, abs=0.02)


@pytest.mark.parametrize(("attempts", "n"), [(3, 30), (5, 15)])
def test_such_a_difference_is_seen_about_as_often_as_is_said(attempts: int, n: int) -> None:
    """Of several attempts, where the estimate is rough: between two thirds and nine tenths."""
    rng = numpy.random.default_rng(attempts)
    p = rng.beta(2, 2, (60, n))
    seen = []
    for row in p:
        a, b = (simulate.attempt(rng, row[None, :], attempts) for _ in "ab")
        [first] = simulate.pairs(a, b)
        smallest = sensitivity_of(first, {}, "like", "undecided").smallest
        assert smallest is not None
        q = numpy.clip(rng.beta(2, 2, (4, n)), smallest / 2, 1 - smallest / 2)
        better, worse = (simulate.attempt(rng, q + sign * smallest / 2, attempts) for sign in (1, -1))
        seen += [v == 1 for v in simulate.verdicts(better, worse)]
    assert 0.66 < numpy.mean(seen) < 0.92


def test_too_few_see_nothing() -> None:
    """Five tasks, or five families; on exactly these tasks a few cells."""
    assert sensitivity_of(flips(5, 2, 0), {}, "like", "undecided").smallest is None
    families = {f"p/{i:03}": str(i % 5) for i in range(20)}
    assert sensitivity_of(flips(20, 4, 0), families, "like", "undecided").smallest is None
    assert sensitivity_of(flips(2, 1, 0), {}, "these", "undecided").smallest is None
    assert sensitivity_of([], {}, "like", "undecided").smallest is None


def test_what_is_missing_would_decide() -> None:
    """So many more tasks, at the same difference, are decided."""
    found = sensitivity_of(flips(20, 5, 1), {}, "like", "undecided")
    assert found.more_tasks is not None
    n = 20 + found.more_tasks
    assert power_of((0.05, 0.7, 0.25), n) == pytest.approx(0.8, abs=0.08)


def test_where_there_is_a_verdict_or_no_difference_nothing_is_missing() -> None:
    """And where it would take more than twenty times as much, no number is said."""
    for made, verdict in (
        (flips(20, 9, 0), "better"),
        (flips(20, 3, 3), "undecided"),
        (flips(60, 11, 10), "undecided"),
    ):
        said: Verdict = verdict  # type: ignore[assignment]
        found = sensitivity_of(made, {}, "like", said)
        assert (found.more_tasks, found.more_attempts) == (None, None)


def test_more_attempts_are_named_where_they_help() -> None:
    """Where attempts differ among themselves; not where tasks do, however often they are tried."""
    noisy = pairs(*[((2, 4), (1, 4))] * 7, *[((1, 4), (2, 4))] * 4, *[((3, 4), (2, 4))] * 3)
    assert compare({p.unit: p.a for p in noisy}, {p.unit: p.b for p in noisy}).says == "undecided"
    assert sensitivity_of(noisy, {}, "like", "undecided").more_attempts is not None
    steady = pairs(*[((4, 4), (0, 4))] * 6, *[((0, 4), (4, 4))] * 3, *[((4, 4), (4, 4))] * 9)
    found = sensitivity_of(steady, {}, "like", "undecided")
    assert found.more_tasks is not None and found.more_attempts is None


def test_a_margin_needs_less_than_a_difference() -> None:
    """Where both do equally well there is no difference to find, and a loss can be excluded."""
    made = flips(20, 2, 2)
    assert sensitivity_of(made, {}, "like", "undecided").more_tasks is None
    assert sensitivity_of(made, {}, "like", "undecided", 0.1).more_tasks is not None
