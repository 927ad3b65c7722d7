"""What tables, statistics and a run that goes on need of a cell: a small part of its result.

A store may hold a hundred thousand cells, and a whole result is twenty kilobytes of memory. So the summary
can be had out of `cell.json` without the rest of it being made.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Hashable, Mapping
from typing import Any, TypeVar

import attrs

from .base import doc
from .calls import TokenTotals, sum_of
from .cell import Cell
from .marks import PROVISIONAL, REGRADED, RESCORED, SCRIPTED, SEALED
from .outcomes import OUTCOMES, Outcome, is_solved
from .price import PriceSource

_NONE: dict[str, str] = {}  # one for all cells
_MEASURED = ("latency",)  # axes that were observed whatever became of the cell, and judge nobody


@attrs.frozen(kw_only=True, weakref_slot=False)
class CellSummary:
    """A cell in a line. The fields are those of `CellResult`, or its properties of that name."""

    cell_id: str = attrs.field(metadata=doc("sweep/tui/model/task, +stack, ~attempt"))
    content_key: str = attrs.field(metadata=doc("sha256 of all that the run depends on"))
    grader_key: str = attrs.field(metadata=doc("sha256 of all that the grader depends on"))
    cell: Cell = attrs.field(metadata=doc("what was run"))
    family: str = attrs.field(metadata=doc("what statistics move as one: the task's family, else its id"))
    outcome: Outcome = attrs.field(metadata=doc("how it ended"))
    why: str = attrs.field(metadata=doc("the outcome in a sentence that a person can act on"))
    started_at: str = attrs.field(metadata=doc("when the cell began, UTC, ISO 8601"))
    ended_at: str = attrs.field(metadata=doc("when the cell had ended, UTC, ISO 8601"))
    wall_ms: float | None = attrs.field(
        metadata=doc("milliseconds that the CLI's process ran; None: it never ran")
    )
    tokens: TokenTotals = attrs.field(metadata=doc("what crossed the gateway"))
    axes: tuple[str, ...] = attrs.field(metadata=doc("names of the axes"))
    figures: tuple[float | None, ...] = attrs.field(
        metadata=doc("headlines of the axes, in their order; None: unknown, or the outcome is not counted")
    )
    units: tuple[str | None, ...] = attrs.field(
        metadata=doc("units of these headlines, in their order; None: it has none")
    )
    all_marks: tuple[str, ...] = attrs.field(
        metadata=doc("the marks of the cell, with regraded and rescored where it is")
    )
    unscored: dict[str, str] = attrs.field(metadata=doc("axes whose scorer failed, with the reason"))
    voided: tuple[Outcome, ...] = attrs.field(
        metadata=doc("outcomes of earlier tries that stand for nothing, oldest first")
    )
    spent_tokens: int | None = attrs.field(
        metadata=doc("tokens of this try and of those before it; None: not all are known")
    )
    spent_usd: float | None = attrs.field(
        metadata=doc("US dollars of this try and of those before it; None: not all are known")
    )
    price: PriceSource | None = attrs.field(
        default=None, metadata=doc("by what dollars were counted; None: no price is known")
    )

    @property
    def headlines(self) -> dict[str, float | None]:
        """The headlines by axis."""
        return dict(zip(self.axes, self.figures, strict=True))

    @property
    def standing(self) -> tuple[bool, bool, str]:
        """What decides which of several results of one cell stands, the greatest: see `Store.standing`."""
        return OUTCOMES[self.outcome].counted, PROVISIONAL not in self.all_marks, self.ended_at

    @property
    def solved(self) -> bool | None:
        """Whether the task was solved; None where the outcome is not counted."""
        return is_solved(self.outcome, self.headlines.get("pass_rate"))

    @property
    def scripted(self) -> bool:
        """True where no model answered: such a cell is in no figure about models. This alone decides it."""
        return SCRIPTED in self.all_marks


class Summarised:
    """What a summary is made of: the fields of a whole result, or of what was read of one."""

    __slots__ = ()
    cell_id: str
    content_key: str
    grader_key: str
    cell: Cell
    task: Any
    outcome: Outcome
    why: str
    started_at: str
    ended_at: str
    wall_ms: float | None
    tokens: TokenTotals
    scores: Mapping[str, Any]
    unscored: dict[str, str]
    execution: Any
    rescored: Any
    regraded: Any
    citable: bool
    marks: tuple[str, ...]
    voided: tuple[Outcome, ...]
    voided_tokens: int | None
    voided_usd: float | None
    price: PriceSource | None

    @property
    def summary(self) -> CellSummary:
        """The summary. What many cells share it holds once."""
        return CellSummary(
            cell_id=self.cell_id,
            content_key=self.content_key,
            grader_key=self.grader_key,
            cell=self.cell,
            family=sys.intern(self.family),
            outcome=_once(self.outcome),
            why=_once(self.why),
            started_at=self.started_at,
            ended_at=self.ended_at,
            wall_ms=self.wall_ms,
            tokens=self.tokens,
            axes=_once(self.axes),
            figures=self.figures,
            units=_once(self.units),
            all_marks=_once(self.all_marks),
            unscored=self.unscored or _NONE,
            voided=self.voided,
            spent_tokens=self.spent_tokens,
            spent_usd=self.spent_usd,
            price=_once(self.price),
        )

    @property
    def family(self) -> str:
        """What statistics move as one: the task's family, else the task by itself."""
        unit: str = self.task.unit
        return unit

    @property
    def axes(self) -> tuple[str, ...]:
        """The names of the axes."""
        return tuple(self.scores)

    @property
    def units(self) -> tuple[str | None, ...]:
        """The units of the axes' headlines, in their order; None: it has none."""
        return tuple(score.unit for score in self.scores.values())

    @property
    def figures(self) -> tuple[float | None, ...]:
        """The axes' headlines; where the outcome is not counted, None but for the time that it took."""
        counted = OUTCOMES[self.outcome].counted
        return tuple(s.headline if counted or a in _MEASURED else None for a, s in self.scores.items())

    @property
    def headlines(self) -> dict[str, float | None]:
        """The headlines by axis."""
        return dict(zip(self.axes, self.figures, strict=True))

    @property
    def all_marks(self) -> tuple[str, ...]:
        """The marks, derived ones, and `sealed` for a citable cell of an earlier cab, which wrote none."""
        former = self.citable and self.execution is not None and SEALED not in self.marks
        derived = {REGRADED: self.regraded, RESCORED: self.rescored}
        return (*([SEALED] if former else []), *self.marks, *(mark for mark, held in derived.items() if held))

    @property
    def spent_tokens(self) -> int | None:
        """Tokens of this try and of those in vain before it; None where a part is unknown."""
        return sum_of((self.tokens.total, self.voided_tokens if self.voided else 0))

    @property
    def spent_usd(self) -> float | None:
        """Cost of this try and of those in vain before it; None where a part is unknown."""
        return sum_of((self.tokens.usd, self.voided_usd if self.voided else 0.0))

    @property
    def standing(self) -> tuple[bool, bool, str]:
        """As of the summary."""
        return self.summary.standing

    @property
    def solved(self) -> bool | None:
        """As of the summary."""
        return self.summary.solved

    @property
    def scripted(self) -> bool:
        """As of the summary."""
        return self.summary.scripted


T = TypeVar("T", bound=Hashable)


@functools.lru_cache(4096)
def _once(value: T) -> T:
    return value
