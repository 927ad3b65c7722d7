"""What `cab run --json` prints: one event a line, told apart by `event`."""

from __future__ import annotations

from typing import Literal

import attrs

from .base import doc
from .calls import ModelCall, TokenTotals
from .cell import Cell
from .outcomes import Outcome

_NUMBER = doc("the cell's number in the plan, from 1; the same in each of its events", minimum=1)
_WORKER = doc("name of the worker that runs it; null: the process of this command does, or it never started")
_AT = doc("when it was printed, UTC, ISO 8601")


@attrs.frozen(kw_only=True)
class PlannedEvent:
    """The first event: what is to be run."""

    event: Literal["planned"] = attrs.field(metadata=doc("which event it is"))
    at: str = attrs.field(metadata=_AT)
    cells: int = attrs.field(metadata=doc("cells of the plan, those included that have a verdict already"))


@attrs.frozen(kw_only=True)
class StartedEvent:
    """A cell starts; again, where the worker that ran it was lost."""

    event: Literal["started"] = attrs.field(metadata=doc("which event it is"))
    at: str = attrs.field(metadata=_AT)
    number: int = attrs.field(metadata=_NUMBER)
    cell_id: str = attrs.field(metadata=doc("id of the cell, as in its cell.json"))
    cell: Cell = attrs.field(metadata=doc("what is run"))
    worker: str | None = attrs.field(default=None, metadata=_WORKER)


@attrs.frozen(kw_only=True)
class CallEvent:
    """A model call has ended."""

    event: Literal["call"] = attrs.field(metadata=doc("which event it is"))
    at: str = attrs.field(metadata=_AT)
    number: int = attrs.field(metadata=_NUMBER)
    call: ModelCall = attrs.field(metadata=doc("the call, as in calls.jsonl"))


@attrs.frozen(kw_only=True)
class FinishedEvent:
    """A cell has ended and is on disk, or had a verdict before this run."""

    event: Literal["finished"] = attrs.field(metadata=doc("which event it is"))
    at: str = attrs.field(metadata=_AT)
    number: int = attrs.field(metadata=_NUMBER)
    cell_id: str = attrs.field(metadata=doc("id of the cell, as in its cell.json"))
    cell: Cell = attrs.field(metadata=doc("what was run"))
    before: bool = attrs.field(metadata=doc("it had a verdict before this run, and was not run"))
    outcome: Outcome = attrs.field(metadata=doc("how it ended"))
    why: str = attrs.field(metadata=doc("the outcome in a sentence"))
    solved: bool | None = attrs.field(metadata=doc("null: left out of every rate"))
    tokens: TokenTotals = attrs.field(metadata=doc("what crossed the gateway"))
    scores: dict[str, float | None] = attrs.field(metadata=doc("headlines by axis"))
    wall_ms: float | None = attrs.field(
        metadata=doc("milliseconds that the CLI's process ran; null: it never ran")
    )
    marks: tuple[str, ...] = attrs.field(
        metadata=doc("what a reader must know before quoting it, such as sealed or provisional")
    )
    directory: str = attrs.field(metadata=doc("where the try lies"))
    worker: str | None = attrs.field(default=None, metadata=_WORKER)


@attrs.frozen(kw_only=True)
class WarningEvent:
    """What a person would have read on the terminal."""

    event: Literal["warning"] = attrs.field(metadata=doc("which event it is"))
    at: str = attrs.field(metadata=_AT)
    text: str = attrs.field(metadata=doc("the warning, as it stands on the terminal"))


@attrs.frozen(kw_only=True)
class StoppingEvent:
    """The run was interrupted: cells under way are ended, and no other one starts."""

    event: Literal["stopping"] = attrs.field(metadata=doc("which event it is"))
    at: str = attrs.field(metadata=_AT)
    cells: int = attrs.field(metadata=doc("cells that were under way"))


@attrs.frozen(kw_only=True)
class EndEvent:
    """The last event. Tokens and dollars are those of the cells that this run ran."""

    event: Literal["end"] = attrs.field(metadata=doc("which event it is"))
    at: str = attrs.field(metadata=_AT)
    exit_code: int = attrs.field(metadata=doc("exit code of the command"))
    cells: int | None = attrs.field(metadata=doc("cells of the plan; null: there was none"))
    passed: int = attrs.field(metadata=doc("cells that were solved, those from before this run included"))
    failed: int = attrs.field(
        metadata=doc("cells with a verdict that were not solved, those from before this run included")
    )
    left_out: int = attrs.field(metadata=doc("ended without a verdict"))
    not_run: int | None = attrs.field(metadata=doc("of the plan, were not started"))
    tokens: int | None = attrs.field(metadata=doc("input and output; null: not all are known"))
    tokens_at_least: int = attrs.field(metadata=doc("input and output tokens that are known"))
    usd: float | None = attrs.field(metadata=doc("US dollars; null: not all is known"))
    usd_at_least: float = attrs.field(metadata=doc("US dollars that are known"))
    why: tuple[str, ...] = attrs.field(metadata=doc("why the run ended before its time, in sentences"))
    go_on: str | None = attrs.field(
        metadata=doc("the command that goes on; null: it would find nothing to do, or the same mistake")
    )


RunEvent = PlannedEvent | StartedEvent | CallEvent | FinishedEvent | WarningEvent | StoppingEvent | EndEvent
