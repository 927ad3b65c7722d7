"""Axes that plugins add, of two sides that are compared: paired by task, as the verdicts are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean, median

import attrs

from cab_core.records import CellSummary, further_axes

from .halves import Half
from .intervals import Interval, median_interval
from .tally import settled


@attrs.frozen(kw_only=True)
class AxisDifference:
    """An axis on the tasks of which both sides know it, `tasks` many: medians over these.

    `difference` is the median of A - B, task by task, which is not `a` - `b`; `interval` is its own, None
    where the tasks are too few for one. A task's figure is the mean of its cells in which it is known.
    `unit`: of the axis, where it has one.
    """

    axis: str
    unit: str | None
    a: float
    b: float
    difference: float
    interval: Interval | None
    tasks: int


def axis_differences(pairs: Sequence[tuple[Half, Half]]) -> list[AxisDifference]:
    """Return the difference in each further axis that is known of both halves of a pair at least once."""
    cells = [cell for a, b in pairs for cell in (*a, *b)]
    axes = further_axes(axis for cell in cells for axis in cell.axes)
    families = settled((cell.cell.task, cell.family) for cell in cells)
    found = {axis: _by_task(pairs, axis) for axis in axes}
    units = {axis: unit for cell in cells for axis, unit in zip(cell.axes, cell.units, strict=True) if unit}
    named = ((axis, units.get(axis), tasks) for axis, tasks in found.items() if tasks)
    return [_difference(axis, unit, tasks, families) for axis, unit, tasks in named]


def _by_task(pairs: Sequence[tuple[Half, Half]], axis: str) -> dict[str, list[tuple[float, float]]]:
    """Return by task the figure of A and of B in each pair in which both are known."""
    found: dict[str, list[tuple[float, float]]] = {}
    for half_a, half_b in pairs:
        a, b = _known(half_a, axis), _known(half_b, axis)
        if a and b:
            found.setdefault(half_a[0].cell.task, []).append((fmean(a), fmean(b)))
    return found


def _known(half: Sequence[CellSummary], axis: str) -> list[float]:
    return [value for cell in half if (value := cell.headlines.get(axis)) is not None]


def _difference(
    axis: str, unit: str | None, tasks: Mapping[str, list[tuple[float, float]]], families: Mapping[str, str]
) -> AxisDifference:
    a, b = ([fmean(pair[i] for pair in pairs) for pairs in tasks.values()] for i in (0, 1))
    differences = [x - y for x, y in zip(a, b, strict=True)]
    units: dict[str, list[float]] = {}
    for task, value in zip(tasks, differences, strict=True):
        units.setdefault(families[task], []).append(value)
    return AxisDifference(
        axis=axis,
        unit=unit,
        a=median(a),
        b=median(b),
        difference=median(differences),
        interval=median_interval(list(units.values())),
        tasks=len(tasks),
    )
