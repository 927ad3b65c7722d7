"""Every axis but the pass rate, of two sides: paired by task, and held to one error rate."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Literal

import attrs

from cab_core.records import CellSummary, further_axes
from cab_core.records.score import STANDARD_AXES

from .halves import Half
from .holm import held
from .intervals import Interval
from .margin import ERROR
from .means import Mean, by_family, mean_of
from .tally import settled

Says = Literal["better", "worse", "higher", "lower", "not worse", "equivalent", "undecided"]

# Amounts, which are compared as ratios: a tenth more is as much for a small task as for a large one.
AMOUNTS = ("tokens", "usd", "latency")
# Where less, or more, is better. Of an axis that a plugin adds nobody says which way is.
_LESS = (*AMOUNTS, "blast_radius")
_MORE = ("integrity", "refusal", "composite")


def verdicts_of(axis: str) -> tuple[Says, ...]:
    """Return the verdicts that there may be on an axis."""
    if axis in AMOUNTS:
        return ("better", "worse", "not worse", "equivalent", "undecided")
    return (
        ("better", "worse", "undecided")
        if axis in _MORE or axis in _LESS
        else ("higher", "lower", "undecided")
    )


@attrs.frozen(kw_only=True)
class AxisComparison:
    """An axis on the tasks of which both sides know it, `tasks` many.

    `kind` says what `value` is: the ratio A / B, of geometric means over tasks, or the difference A - B of
    means; `a` and `b` are those means. `interval` is that of `value` at tasks like these, and `p` that of its
    test: None where the tasks are too few, or none differs from another. `p_held` is p with all axes allowed
    for (`holm.held`), from which `says` comes: "better" and "worse" of A where the axis knows which way is
    better, else "higher" and "lower". `unit`: of an axis that a plugin adds, where it has one.
    """

    axis: str
    kind: Literal["ratio", "difference"]
    unit: str | None = None
    a: float
    b: float
    value: float
    interval: Interval | None
    tasks: int
    p: float | None
    p_held: float | None = None
    says: Says = "undecided"


@attrs.frozen
class _Known:
    """By task (values of A, of B), already logarithms where the axis is an amount, and the mean of A - B."""

    tasks: Mapping[str, tuple[float, float]]
    mean: Mean | None


def compare_axes(
    pairs: Sequence[tuple[Half, Half]], cost_margin: float | None = None
) -> list[AxisComparison]:
    """Compare each axis that is known of both halves of a pair at least once.

    A task's figure is the mean of its cells in which it is known; of amounts (tokens and dollars, with those
    of tries in vain, and time) the mean of their logarithms: then neither side has another mean for having
    more attempts, and one huge task does not decide. Cells of which an amount is 0 are not known. The test
    and the interval are Student's, of the differences by family (`means.mean_of`).

    `cost_margin`: a share, such as 0.1. An amount is then "not worse" where A takes less than 1.1 times what
    B takes, and "equivalent" where B takes less than 1.1 times what A takes, too.
    """
    families = settled((cell.cell.task, cell.family) for a, b in pairs for cell in (*a, *b))
    cells = (cell for a, b in pairs for cell in (*a, *b))
    units = {axis: unit for cell in cells for axis, unit in zip(cell.axes, cell.units, strict=True) if unit}
    known = {axis: _known(tasks, families) for axis, tasks in _by_axis(pairs).items()}
    p = {axis: k.mean.p() for axis, k in known.items() if k.mean}
    p_held = held(p)
    claims = _at_margin({a: k.mean for a, k in known.items() if k.mean and a in AMOUNTS}, cost_margin)
    return [
        attrs.evolve(
            _compared(axis, found, p.get(axis)),
            unit=units.get(axis),
            p_held=p_held.get(axis),
            says=_together(claims.get(axis), _says(axis, found.mean, p_held.get(axis))),
        )
        for axis, found in known.items()
    ]


def _by_axis(pairs: Sequence[tuple[Half, Half]]) -> dict[str, dict[str, list[tuple[float, float]]]]:
    """Return by axis and task the figure of A and of B in each pair in which both are known."""
    found: dict[str, dict[str, list[tuple[float, float]]]] = {}
    for half_a, half_b in pairs:
        a, b = _figures(half_a), _figures(half_b)
        for axis in a.keys() & b.keys():
            by_task = found.setdefault(axis, {})
            by_task.setdefault(half_a[0].cell.task, []).append((fmean(a[axis]), fmean(b[axis])))
    order = [*AMOUNTS, *STANDARD_AXES, *further_axes(found)]
    return {axis: found[axis] for axis in dict.fromkeys(order) if axis in found}


def _figures(half: Half) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for cell in half:
        for axis, value in _of_cell(cell).items():
            if value is None or (axis in AMOUNTS and value <= 0):
                continue
            found.setdefault(axis, []).append(math.log(value) if axis in AMOUNTS else value)
    return found


def unknown_amounts(pairs: Sequence[tuple[Half, Half]]) -> dict[str, tuple[int, int]]:
    """Return by amount of how many cells of A and of B it is not known, where the two differ.

    Those cells are left out of the axis: whoever hides what it spends where it spends much looks cheap.
    """
    found = {}
    for axis in AMOUNTS:
        a, b = (sum(not _of_cell(c).get(axis) for pair in pairs for c in pair[i]) for i in (0, 1))
        if a != b:
            found[axis] = a, b
    return found


def _of_cell(cell: CellSummary) -> dict[str, float | None]:
    figures = {**cell.headlines, "tokens": cell.spent_tokens, "usd": cell.spent_usd}
    figures.pop("pass_rate", None)
    return figures


def _known(tasks: Mapping[str, list[tuple[float, float]]], families: Mapping[str, str]) -> _Known:
    each = {task: (fmean(a for a, _ in v), fmean(b for _, b in v)) for task, v in tasks.items()}
    return _Known(each, mean_of(by_family([(families[task], a - b) for task, (a, b) in each.items()])))


def _compared(axis: str, found: _Known, p: float | None) -> AxisComparison:
    a, b = (fmean(sides[i] for sides in found.tasks.values()) for i in (0, 1))
    value, interval = a - b, found.mean.interval if found.mean else None
    if axis in AMOUNTS:
        a, b, value = math.exp(a), math.exp(b), math.exp(value)
        interval = interval and attrs.evolve(interval, low=math.exp(interval.low), high=_exp(interval.high))
    return AxisComparison(
        axis=axis,
        kind="ratio" if axis in AMOUNTS else "difference",
        a=a,
        b=b,
        value=value,
        interval=interval,
        tasks=len(found.tasks),
        p=p,
    )


def _exp(value: float) -> float:
    """Return e to that power, or the largest number: of two tasks a ratio may have any size."""
    return math.exp(min(value, 700.0))


def _says(axis: str, mean: Mean | None, p_held: float | None) -> Says:
    if mean is None or p_held is None or p_held > ERROR:
        return "undecided"
    if axis not in (*_LESS, *_MORE):
        return "higher" if mean.value > 0 else "lower"
    return "better" if (mean.value < 0) == (axis in _LESS) else "worse"


def _at_margin(amounts: Mapping[str, Mean], margin: float | None) -> dict[str, Says]:
    """Return what the margin allows to say of amounts, that of all of them held to one error rate.

    Each way is a question of its own: that A takes no more, and that it takes no less.
    """
    if margin is None:
        return {}
    reach = math.log1p(margin)
    no_more = held({axis: mean.p_below(reach) for axis, mean in amounts.items()})
    no_less = held({axis: 1 - mean.p_below(-reach) for axis, mean in amounts.items()})
    return {
        axis: "equivalent" if no_less[axis] <= ERROR else "not worse"
        for axis in amounts
        if no_more[axis] <= ERROR
    }


def _together(at_margin: Says | None, says: Says) -> Says:
    """Return the one verdict: as of the pass rate (see `margin.verdict_with`)."""
    if at_margin == "equivalent" or says == "undecided":
        return at_margin or says
    return says
