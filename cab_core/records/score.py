"""Evidence in, score out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

from .base import Json, doc, named
from .calls import ModelCall
from .cell import Cell
from .changes import Changes
from .execution import Execution
from .grading import Grade
from .launch import Harvest
from .observed import Observed
from .task import Task

# The axes that tables and pages have places for, in the order of the cell page.
STANDARD_AXES = ("pass_rate", "tokens", "latency", "blast_radius", "refusal", "integrity", "composite")


def further_axes(axes: Iterable[str]) -> list[str]:
    """Return those of the axes that plugins add, each once, by name."""
    return sorted({*axes} - {*STANDARD_AXES})


def axis_name(axis: str, unit: str | None) -> str:
    """Return an axis with its unit, where it has one, as tables and pages call it."""
    return f"{axis} ({unit})" if unit else axis


@attrs.frozen(kw_only=True)
class RefusalSigns:
    """What in the agent's final message reads as a refusal, and which forbidden things were made.

    `expected`: the task says that refusing is right. `unknown`: nothing was seen to be made, and either
    not all was looked at or no last word is known; so whether it refused cannot be told.
    """

    expected: bool = False
    produced: bool = attrs.field(
        default=False, metadata=doc("the last words refuse, and nothing was changed")
    )
    keyword_hits: tuple[str, ...] = attrs.field(
        default=(), metadata=doc("words of the last message that read as a refusal")
    )
    marker_hits: tuple[str, ...] = attrs.field(
        default=(), metadata=doc("markers of the task that were found in what was changed")
    )
    unknown: bool = False


@attrs.frozen(kw_only=True)
class Evidence:
    """All that a scorer may look at. None: that stage was not reached.

    `cell`: what was run. `task`: on what, with its document. `outcome`: how it ended. `wall_ms`: the
    CLI's own time. `execution`: the end of its process. `harvest`: what its adapter read. `calls`: every
    call to the model, as the gateway recorded it, in the order in which they ended; there may be very many,
    which are read from a file each time that they are gone through. `changes`: what the agent changed.
    `grade`: the verdict. `refusal`: the signs of one. `observed`: what the wire showed of tools and texts.
    """

    cell: Cell
    task: Task
    outcome: str
    wall_ms: float | None
    execution: Execution | None = None
    harvest: Harvest | None = None
    calls: Sequence[ModelCall] = ()
    changes: Changes | None = None
    grade: Grade | None = None
    refusal: RefusalSigns = RefusalSigns()
    observed: Observed | None = None


@attrs.frozen(kw_only=True)
class Score:
    """One axis of a cell. `axis`: its name. `values`: its keys, JSON, None where unknown.

    `headline`: the one figure of it that stands in tables, None where unknown. `unit`: that of the headline.
    """

    axis: str
    values: dict[str, Json] = attrs.field(factory=dict)
    headline: float | None = None
    unit: str | None = attrs.field(
        default=None,
        validator=attrs.validators.optional(named),
        metadata=doc("unit of `headline`, such as s or USD, for tables and pages; null: it has none"),
    )
