"""A calibration record in a small table: by scripted model and axis, what was found of the axis."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import attrs

from cab_core.records.calibration import Calibration, HeldCell, HeldFigure

from .calibration import EVERYWHERE, OTHERS

_LONGEST = 40  # characters of a value


@attrs.frozen(kw_only=True)
class Field:
    """What was found of an axis's first figure, and how many figures of the axis are not as they must be."""

    text: str
    wrong: int


def personas(record: Calibration) -> list[str]:
    """Return the scripted models that were run, in the order of the table."""
    there = dict.fromkeys(c.persona for c in record.cells)
    return [p for p in (*EVERYWHERE, *OTHERS) if p in there] + [p for p in there if p not in _KNOWN]


def axes(record: Calibration) -> list[str]:
    """Return the axes of which something is known beforehand."""
    return list(dict.fromkeys(f.axis for c in record.cells for f in c.figures))


def field(record: Calibration, persona: str, axis: str) -> Field | None:
    """Return what was found; None where nothing is known beforehand."""
    cells = [c for c in record.cells if c.persona == persona]
    held = [f for c in cells for f in c.figures if f.axis == axis]
    if not held:
        return None
    wrong = sum(f.axis == axis for c in cells for f in c.wrong)
    return Field(text=_span([f.found for f in held if f.figure == held[0].figure]), wrong=wrong)


def minutes(record: Calibration) -> float | None:
    """Return the minutes that the cells took together; None where their times cannot be read."""
    try:
        return sum(map(_seconds, record.cells)) / 60
    except ValueError:
        return None


def wrong(record: Calibration) -> list[tuple[HeldCell, HeldFigure]]:
    """Return each figure that is not as it must be, with its cell."""
    return [(cell, figure) for cell in record.cells for figure in cell.wrong]


_KNOWN = {*EVERYWHERE, *OTHERS}


def _seconds(cell: HeldCell) -> float:
    start, end = (datetime.fromisoformat(t) for t in (cell.started_at, cell.ended_at))
    return (end - start).total_seconds()


def _span(found: Sequence[Any]) -> str:
    if all(isinstance(v, int | float) and not isinstance(v, bool) for v in found):
        low, high = (_number(v) for v in (min(found), max(found)))
        return low if low == high else f"{low} to {high}"
    return ", ".join(sorted({"none" if v is None else str(v)[:_LONGEST] for v in found}))


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}".rstrip("0").rstrip(".")
