"""pass@k and pass^k."""

from __future__ import annotations

from itertools import combinations
from statistics import fmean

import pytest

from cab_core.stats import Tally
from cab_core.stats.intervals import mean_interval
from cab_core.stats.passk import at_k, pass_all, pass_at


@pytest.mark.parametrize(
    ("solved", "n", "k"), [(0, 5, 2), (2, 5, 2), (3, 5, 3), (5, 5, 1), (4, 6, 5), (1, 1, 1)]
)
def test_both_are_means_over_all_ways_to_take_k_attempts(solved: int, n: int, k: int) -> None:
    """Which is what makes them free of bias."""
    ways = list(combinations([1] * solved + [0] * (n - solved), k))
    assert pass_at(Tally(solved, n), k) == pytest.approx(fmean(max(way) for way in ways))
    assert pass_all(Tally(solved, n), k) == pytest.approx(fmean(min(way) for way in ways))


def test_of_one_attempt_both_are_the_rate_with_its_interval() -> None:
    """k = 1 is the rate, and the interval that every table shows."""
    found = at_k({"p/1": Tally(1, 1), "p/2": Tally(0, 1), "p/3": Tally(1, 1)}, {}, 1)
    assert found.pass_at == found.pass_all
    assert found.pass_at.value == pytest.approx(2 / 3)
    assert found.pass_at.interval == mean_interval([(1.0, 1.0), (0.0, 1.0), (1.0, 1.0)], 3)


def test_a_task_with_too_few_attempts_is_left_out_and_counted() -> None:
    """It would tell something else; where none has enough, there is no figure."""
    tasks = {"p/1": Tally(1, 3), "p/2": Tally(2, 2), "p/3": Tally(3, 3)}
    found = at_k(tasks, {}, 3)
    assert (found.pass_at.tasks, found.pass_at.left_out) == (2, 1)
    assert (found.pass_at.value, found.pass_all.value) == (1.0, 0.5)
    none = at_k(tasks, {}, 4)
    assert (none.pass_at.value, none.pass_at.interval, none.pass_at.left_out) == (None, None, 3)


def test_a_family_is_one_unit_of_the_interval() -> None:
    """Ten tasks of one family say no more of others than one does."""
    tasks = {f"p/{i}": Tally(2, 2) for i in range(10)}
    alone, together = at_k(tasks, {}, 2), at_k(tasks, dict.fromkeys(tasks, "f"), 2)
    assert alone.pass_at.interval is not None
    assert together.pass_at.interval is not None
    assert together.pass_at.interval.low < alone.pass_at.interval.low
    assert (alone.pass_at.interval.units, together.pass_at.interval.units) == (10, 1)
