"""What is to be done for each cell of a plan, and why: nothing, grade again, run again, or run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal

import attrs

from cab_core.errors import UserError
from cab_core.records import OUTCOMES, CellSummary, Inputs, to_json
from cab_core.records.differences import differences
from cab_core.records.marks import REGRADED
from cab_core.run.kept_work import NotKept, kept_changes
from cab_core.run.planned import PlannedCell
from cab_core.store.cells import Store
from cab_core.store.reading import read_optional

from .anew import reasons_of

Done = tuple[str, CellSummary]  # a cell that has ended, with its directory
Verdict = Callable[[Store, PlannedCell, Sequence[str]], Done | None]
StateName = Literal["REUSE", "REGRADE", "RERUN", "NEW"]
STATES: dict[StateName, str] = {
    "REUSE": "has a verdict on the same content",
    "REGRADE": "only its grader changed: the kept patch is graded again, no model is called",
    "RERUN": "was run before, and is run anew",
    "NEW": "was never run",
}


@attrs.frozen
class State:
    """`reasons`: what differs from the try before. `directory`: the try that is reused or graded again."""

    name: StateName
    reasons: tuple[str, ...] = ()
    directory: str | None = None
    known: CellSummary | None = None  # of that try


def state_of(planned: PlannedCell, store: Store, verdict: Verdict) -> State:
    """Return what is to be done for a cell. `verdict`: what of its tries makes that nothing is.

    Raises:
        UserError: a try cannot be read.
    """
    tries = store.tries(planned.cell)
    if found := verdict(store, planned, tries):
        return State("REUSE", (), *found)
    if not tries:
        return State("NEW")
    kept = kept_try(planned, store, tries)
    if isinstance(kept, State):
        return kept
    reasons = tuple(reasons_of(planned, store)) or (_vain(store.summary(tries[-1])),)
    return State("RERUN", (*reasons, *kept))


def _vain(last: CellSummary) -> str:
    return f"it ended {last.outcome}, which is no verdict"


def kept_try(planned: PlannedCell, store: Store, tries: Sequence[str]) -> State | tuple[str, ...]:
    """Return the try of the same content whose work can be graded again, else why there is none.

    One in which the CLI ran stands before one that was graded again, then the newest.
    """
    why: tuple[str, ...] = ()
    for path, found in sorted(_ended(planned, store, tries), key=lambda t: REGRADED in t[1].all_marks):
        try:
            kept_changes(Path(path), planned.task, planned.inputs)
        except NotKept as exc:
            why = why or (f"its work cannot be graded again: {exc}",)
        else:
            return State("REGRADE", tuple(_of_grader(planned, path, found)), path, found)
    return why


def _ended(planned: PlannedCell, store: Store, tries: Sequence[str]) -> Iterator[Done]:
    """Yield the tries of the same content in which the agent's part came to its end, the newest first."""
    for path in reversed(tries):
        found = store.summary(path)
        judged = not OUTCOMES[found.outcome].retry and found.grader_key != planned.grader_key
        if found.content_key == planned.content_key and (judged or found.outcome == "grader_error"):
            yield path, found


def _of_grader(planned: PlannedCell, path: str, found: CellSummary) -> Iterator[str]:
    if found.grader_key == planned.grader_key:
        yield f"it ended {found.outcome}"
        return
    try:
        before = read_optional(Path(path, "inputs.json"), Inputs)
    except UserError:
        before = None
    was, now = (to_json(i.grader) if i else None for i in (before, planned.inputs))
    yield from differences(was, now, "grader")
