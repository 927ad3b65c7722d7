"""What chance alone brings between two halves of the attempts of one configuration."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cab_core.stats import Tally, noise_of


def counted(tallies: Sequence[Tally]) -> list[float]:
    """Return the difference of two halves in every way to deal the attempts of each task."""
    each = []
    for tally in tallies:
        cells, half = [1] * tally.solved + [0] * (tally.counted - tally.solved), tally.counted // 2
        places = range(tally.counted)
        each.append(
            [
                (sum(cells[i] for i in a) - sum(cells[i] for i in b)) / half
                for a in combinations(places, half)
                for b in combinations([i for i in places if i not in a], half)
            ]
        )
    return [abs(sum(ways)) / len(tallies) for ways in product(*each)]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.integers(2, 4).flatmap(lambda m: st.tuples(st.integers(0, m), st.just(m))), min_size=1, max_size=4
    )
)
def test_the_floor_is_that_of_every_way_to_halve_them(cells: list[tuple[int, int]]) -> None:
    """Exceeded in at most 5% of them, and no smaller difference is."""
    tallies = [Tally(*pair) for pair in cells]
    found = noise_of({(f"p/{i}",): tally for i, tally in enumerate(tallies)})
    assert found is not None
    ways = counted(tallies)
    assert sum(d > found.floor + 1e-9 for d in ways) <= 0.05 * len(ways)
    if found.floor:
        assert sum(d > found.floor - 1e-9 for d in ways) > 0.05 * len(ways)


def test_where_every_attempt_agrees_there_is_none() -> None:
    """Nor is a task with one attempt looked at; without any other there is nothing to say."""
    found = noise_of({("p/a",): Tally(3, 3), ("p/b",): Tally(0, 2), ("p/c",): Tally(1, 1)})
    assert found is not None
    assert (found.floor, found.flip, found.flaky, found.left_out, found.halves) == (0.0, 0.0, (), 1, 2)
    assert noise_of({("p/c",): Tally(1, 1)}) is None
    assert noise_of({}) is None


def test_the_most_undecided_is_named_first() -> None:
    """With its cells."""
    units = {("p/a", "m"): Tally(1, 4), ("p/b", "m"): Tally(2, 4), ("p/c", "m"): Tally(4, 4)}
    found = noise_of(units)
    assert found is not None
    assert [unit[0] for unit, _ in found.flaky] == ["p/b", "p/a"]


def test_several_models_at_a_task_share_it() -> None:
    """A task weighs the same, however many configurations were tried at it."""
    found = noise_of({("p/a", "x"): Tally(1, 2), ("p/a", "y"): Tally(2, 2)})
    assert found is not None
    assert (found.tasks, found.floor) == (1, pytest.approx(0.5))
