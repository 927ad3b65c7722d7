"""Figures beside the rate: task-weighted, with an interval, and told with how much of them is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.stats.figures import Figure, Reading, cost_figure, mean_figure, median_figure
from cab_core.stats.intervals import cost_interval, mean_interval, median_interval

Make = Callable[[Sequence[Reading]], Figure]

EACH = pytest.mark.parametrize("make", [mean_figure, cost_figure, median_figure])


def cell(task: str, value: float | None, solved: bool = True, family: str = "") -> Reading:
    """Return a cell; its task is its own family unless said otherwise."""
    return Reading(task, family or task, solved, value)


def cells(*values: float | None, solved: bool = True) -> list[Reading]:
    """Return a cell of a task of its own for each value."""
    return [cell(f"p/{i}", value, solved) for i, value in enumerate(values)]


@pytest.mark.parametrize(("make", "value"), [(mean_figure, 0.35), (cost_figure, 0.35), (median_figure, 0.35)])
def test_tasks_weigh_the_same(make: Make, value: float) -> None:
    """Three cells of one task and one of another: the mean of both tasks' means, not of the cells."""
    found = make([cell("p/a", 0.4), cell("p/a", 0.5), cell("p/a", 0.6), cell("p/b", 0.2)])
    assert (found.value, found.known, found.cells) == (pytest.approx(value), 4, 4)


def test_a_cost_is_for_each_task_solved() -> None:
    """What the failed ones took is part of it; of a task with several cells both are means."""
    found = cost_figure([cell("p/a", 100.0), cell("p/b", 300.0, solved=False)])
    assert found.value == 400
    found = cost_figure([cell("p/a", 100.0), cell("p/a", 300.0, solved=False), cell("p/b", 400.0)])
    assert found.value == pytest.approx((200 + 400) / (0.5 + 1))


def test_a_cost_without_anything_solved_is_unknown() -> None:
    """Not infinite, and not 0; what is known is said."""
    assert cost_figure(cells(100.0, 300.0, solved=False)) == Figure(
        value=None, interval=None, known=2, cells=2
    )


@pytest.mark.parametrize(
    ("make", "interval"),
    [
        (mean_figure, mean_interval([(0.2, 1.0), (0.4, 1.0), (0.9, 1.0)] * 2, 6)),
        (cost_figure, cost_interval([(0.2, 1.0), (0.4, 1.0), (0.9, 1.0)] * 2, 6)),
        (median_figure, median_interval([[0.2], [0.4], [0.9]] * 2)),
    ],
)
def test_a_figure_has_its_interval(make: Make, interval: object) -> None:
    """That of its kind, from all tasks."""
    assert interval is not None
    assert make(cells(0.2, 0.4, 0.9, 0.2, 0.4, 0.9)).interval == interval


@EACH
def test_a_family_is_one_unit_of_the_interval(make: Make) -> None:
    """The figure is the mean over tasks all the same."""
    found = make([cell(f"p/{i}", (i % 8) / 8, family=f"f/{i % 8}") for i in range(24)])
    assert found.interval is not None
    assert found.interval.units == 8
    alone = make([cell(f"p/{i}", (i % 8) / 8) for i in range(24)])
    assert alone.interval is not None and alone.value == pytest.approx(found.value)
    assert found.interval.high - found.interval.low > alone.interval.high - alone.interval.low


@EACH
def test_one_unknown_cell_does_not_blank_a_line(make: Make) -> None:
    """It is taken to be like the others that ended as it did; how many are known is said."""
    found = make(cells(*[0.25] * 9, None))
    assert (found.value, found.known, found.cells) == (pytest.approx(0.25), 9, 10)
    assert found.interval is not None


@EACH
def test_less_than_half_known_is_unknown(make: Make) -> None:
    """Half is enough; how many are known is said in either case."""
    assert make(cells(0.2, 0.2, None, None)).value == pytest.approx(0.2)
    assert make(cells(0.2, None, None)) == Figure(value=None, interval=None, known=1, cells=3)


def test_an_unknown_cell_is_like_those_that_ended_as_it_did() -> None:
    """The mean of the passes for a pass, and of the failures for a failure."""
    known = [cell("p/a", 0.1), cell("p/b", 0.3), cell("p/c", 0.9, solved=False)]
    assert mean_figure([*known, cell("p/d", None)]).value == pytest.approx((0.1 + 0.3 + 0.9 + 0.2) / 4)
    assert mean_figure([*known, cell("p/d", None, solved=False)]).value == pytest.approx(
        (0.1 + 0.3 + 0.9 + 0.9) / 4
    )


@EACH
@pytest.mark.parametrize("solved", [True, False])
def test_what_is_unknown_of_all_that_ended_so_is_unknown(make: Make, solved: bool) -> None:
    """Nothing tells what the passes took where only failures know it, however many these are."""
    known = [cell(f"p/{i}", 0.5, not solved) for i in range(9)]
    found = make([*known, cell("p/x", None, solved)])
    assert (found.value, found.interval, found.known, found.cells) == (None, None, 9, 10)


def test_a_median_is_of_the_known_cells_alone() -> None:
    """Were the others at the mean, that would be the median; and below five tasks it has no interval."""
    known = [0.1, 0.1, 0.1, 0.1, 9.0]
    found = median_figure(cells(*known, None, None, None))
    assert (found.value, found.known, found.cells) == (0.1, 5, 8)
    assert found.interval == median_interval([[v] for v in known])
    few = median_figure(cells(*known[1:], None, None))
    assert (few.value, few.interval) == (0.1, None)


def test_what_is_unknown_widens_the_interval() -> None:
    """As if only the known cells were there."""
    whole, part = mean_figure(cells(*[0.2, 0.8] * 5)), mean_figure(cells(*[0.2, 0.8] * 5, *[None] * 10))
    assert whole.interval is not None and part.interval is not None
    assert part.value == pytest.approx(whole.value)
    assert part.interval.high - part.interval.low >= whole.interval.high - whole.interval.low


@EACH
def test_without_a_cell_all_is_unknown(make: Make) -> None:
    """And none is known of none."""
    assert make([]) == Figure(value=None, interval=None, known=0, cells=0)


@given(st.permutations([(0.1, True), (0.7, False), (0.3, True), (None, True), (0.9, True), (0.2, False)]))
def test_the_order_of_cells_has_no_influence(order: list[tuple[float | None, bool]]) -> None:
    """Beyond the last digit of a sum."""
    made = [mean_figure([cell(f"p/{v}", v, s) for v, s in some]) for some in (order, sorted(order, key=str))]
    assert made[0].value == pytest.approx(made[1].value, abs=1e-12)
    assert made[0].interval is not None and made[1].interval is not None
    assert made[0].interval.low == pytest.approx(made[1].interval.low, abs=1e-8)
