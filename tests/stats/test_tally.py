"""Solved of counted cells, exactly."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.stats.tally import ESTIMANDS, Tally, mean_rate, settled, tallies, trials


def test_verdicts_are_counted_by_task() -> None:
    """In the order of the tasks' names."""
    found = tallies([("p/b", True), ("p/a", False), ("p/b", False), ("p/b", True)])
    assert list(found.items()) == [("p/a", Tally(0, 1)), ("p/b", Tally(2, 3))]


@given(st.permutations([Tally(1, 3), Tally(2, 3), Tally(1, 10), Tally(2, 10), Tally(7, 10)]))
def test_a_mean_rate_is_an_exact_fraction(found: list[Tally]) -> None:
    """Whatever the order: thirds and tenths add up to 2."""
    assert mean_rate(found) == Fraction(2, 5)


def test_tasks_weigh_the_same_in_a_mean_rate() -> None:
    """However many cells they have; without a task there is no rate."""
    assert mean_rate([Tally(100, 100), Tally(0, 1)]) == Fraction(1, 2)
    assert mean_rate([]) is None


@pytest.mark.parametrize(("counted", "worth"), [([1] * 7, 7), ([3] * 7, 21), ([2, 2], 4), ([5], 5)])
def test_trials_are_squared_tasks_by_inverse_cells(counted: list[int], worth: float) -> None:
    """T² / Σ 1/m: as many as there are cells, where all tasks have as many."""
    found = trials((Fraction(1, len(counted)), Tally(0, m)) for m in counted)
    assert found == pytest.approx(worth, rel=1e-4)


def test_trials_of_unequal_cells_are_those_of_the_tasks_that_vary() -> None:
    """Twenty tasks tried once and half solved, and 180 always solved in a hundred cells: 40 trials vary, no more."""
    once = [Tally(i % 2, 1) for i in range(20)]
    sure = [Tally(100, 100)] * 180
    worth = trials((Fraction(1, 200), t) for t in [*once, *sure])
    rate = 190 / 200
    assert rate * (1 - rate) / worth == pytest.approx(20 * 0.25 / 200**2, rel=0.06)
    assert worth < 200**2 / (20 + 1.8) / 4


def test_each_estimand_is_said() -> None:
    """What figures are about is told in one sentence each."""
    assert list(ESTIMANDS) == ["like", "these"]
    assert all(said.endswith(".") for said in ESTIMANDS.values())


@given(
    st.permutations(
        [("p/a", "p/a"), ("p/a", "late"), ("p/a", "early"), ("p/b", "p/b"), ("p/c", "p/c"), ("p/c", "a")]
    )
)
def test_a_family_does_not_depend_on_whose_cells_come_first(told: list[tuple[str, str]]) -> None:
    """One that is named stands before the task itself, and of several the last by name."""
    assert settled(told) == {"p/a": "late", "p/b": "p/b", "p/c": "a"}
