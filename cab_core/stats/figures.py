"""Figures of a group of cells beside its rate: each with its interval and how much of it is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import fmean, median

import attrs

from .intervals import Interval, cost_interval, mean_interval, median_interval


@attrs.frozen(kw_only=True)
class Figure:
    """A figure, its interval, and in how many of the counted cells what it is made of is known.

    An unknown cell is taken to be like the known ones that ended as it did, solved or not; the interval is at
    least as wide as if only the known ones were there. `value` is None where less than half of the cells are
    known, or none of those that ended so.
    """

    value: float | None
    interval: Interval | None
    known: int
    cells: int


@attrs.frozen
class Reading:
    """What one counted cell knows of a figure: task, the task's family, whether it was solved, value."""

    task: str
    family: str
    solved: bool
    value: float | None


# Of each family the tasks; of a task the mean of its values, and its rate.
_Families = Sequence[Sequence[tuple[float, float]]]
_Made = tuple[float | None, Interval | None]


def mean_figure(cells: Sequence[Reading]) -> Figure:
    """Return the mean over tasks of values from 0 to 1."""

    def made(families: _Families, known: float) -> _Made:
        totals = [(sum(v for v, _ in tasks), float(len(tasks))) for tasks in families]
        return fmean(v for tasks in families for v, _ in tasks), mean_interval(totals, len(cells), known)

    return _figure(cells, made)


def cost_figure(cells: Sequence[Reading]) -> Figure:
    """Return the amount for each task solved: the mean over tasks of the amount / the rate."""

    def made(families: _Families, known: float) -> _Made:
        totals = [(sum(v for v, _ in tasks), sum(rate for _, rate in tasks)) for tasks in families]
        spent, solved = (sum(total[i] for total in totals) for i in (0, 1))
        return spent / solved if solved else None, cost_interval(totals, len(cells), known)

    return _figure(cells, made)


def median_figure(cells: Sequence[Reading]) -> Figure:
    """Return the median over tasks of each task's mean.

    It is of the known cells alone: where others were taken to be like them on average, the median would be
    drawn to the mean.
    """
    known = [cell for cell in cells if cell.value is not None]

    def made(_: _Families, __: float) -> _Made:
        values = [[v for v, _ in tasks] for tasks in _by_family([(c, c.value or 0.0) for c in known])]
        return median(v for tasks in values for v in tasks), median_interval(values)

    return _figure(cells, made)


def _figure(cells: Sequence[Reading], make: Callable[[_Families, float], _Made]) -> Figure:
    known = sum(cell.value is not None for cell in cells)
    value, interval = None, None
    filled = _filled(cells)
    if filled and 2 * known >= len(cells):
        # Once for the cells that are missing, and once for the spread that those at a mean do not have.
        value, interval = make(_by_family(filled), (known / len(cells)) ** 2)
    return Figure(value=value, interval=interval, known=known, cells=len(cells))


def _filled(cells: Sequence[Reading]) -> list[tuple[Reading, float]]:
    """Return each cell with its value, or the mean of the known ones that ended alike."""
    means: dict[bool, float] = {}
    for solved in {cell.solved for cell in cells}:
        values = [c.value for c in cells if c.solved == solved and c.value is not None]
        if not values:
            return []
        means[solved] = fmean(values)
    return [(c, means[c.solved] if c.value is None else c.value) for c in cells]


def _by_family(filled: Sequence[tuple[Reading, float]]) -> _Families:
    found: dict[str, dict[str, list[tuple[float, float]]]] = {}
    for cell, value in filled:
        found.setdefault(cell.family, {}).setdefault(cell.task, []).append((value, float(cell.solved)))
    return [
        [(fmean(v for v, _ in cells), fmean(s for _, s in cells)) for cells in tasks.values()]
        for tasks in found.values()
    ]
