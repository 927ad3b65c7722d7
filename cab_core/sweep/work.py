"""What a run does with each of its cells, in this process or by an executor's workers."""

from __future__ import annotations

import functools
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from cab_core.errors import UserError, WorkerError
from cab_core.plugins.work import Work
from cab_core.records import (
    Cell,
    CellKey,
    CellResult,
    CellSummary,
    Inputs,
    Json,
    ModelCall,
    from_json,
    to_json,
)
from cab_core.records.differences import differences
from cab_core.run.planned import PlannedCell, RunContext
from cab_core.runtimes.scratch import plain_scratch
from cab_core.store.reading import read_json, read_lines

from .archive import unpack
from .breaker import Breaker
from .cassettes import keep_record
from .plan import Plan
from .portable import CarriedCell
from .states import Done
from .written import written

if TYPE_CHECKING:
    from cab_core.gateway.server import Gateway


@attrs.define(kw_only=True)
class Events:
    """What whoever watches a run is told. Calls come from several threads.

    `started`: the cell, and the name of the worker where it is not this process.
    """

    started: Callable[[Cell, str | None], None] = lambda *_: None
    finished: Callable[[CellSummary, Path], None] = lambda *_: None
    kept: Callable[[CellSummary, str], None] = lambda *_: None
    warn: Callable[[str], None] = lambda _: None
    gateway: Callable[[Gateway], None] = lambda _: None  # where calls under way can be looked at


class CellWork(Work[Done | None]):
    """Runs planned cells here, or takes what workers ran. Only this process writes the store."""

    def __init__(
        self,
        todo: Sequence[PlannedCell],
        plan: Plan,
        context: RunContext,
        events: Events,
        breaker: Breaker,
        settings: Mapping[str, Json],
    ) -> None:
        self._cells = {p.cell.key: p for p in todo}
        self._context, self._events, self._breaker, self._plan = context, events, breaker, plan
        self._since: dict[CellKey, float] = {}  # of cells that have started elsewhere
        self.variables, self.settings = plan.variables, settings
        self.stop = context.stop
        self.budget = any(p.model.bounded for p in todo)

    def __call__(self, cell: Cell) -> Done | None:
        """Run a cell here. None: it is not to start any more."""
        from cab_core.run.cell import run_cell  # late: a worker's runner has no use for it

        planned, started = self._cells[cell.key], time.monotonic()
        if not self._may_start(planned):
            return None
        self._events.started(cell, None)
        with written(self._context.store, cell, self.stop):
            path, result = run_cell(planned, self._context)
        return self._ended(planned, path, result, started)

    @functools.cached_property
    def portable(self) -> bytes:  # type: ignore[override]  # one that runs here needs none
        """What all cells share, for a worker."""
        return self._plan.portable().dump()

    def job(self, cell: Cell) -> bytes | None:
        """Return what a worker is told of a cell."""
        planned = self._cells[cell.key]
        if not self._may_start(planned):
            return None
        return CarriedCell(cell=cell, content_key=planned.content_key, grader_key=planned.grader_key).dump()

    def started(self, cell: Cell, where: str) -> None:
        """Show that a cell runs; that is told to plugins once."""
        again = cell.key in self._since
        self._since[cell.key] = time.monotonic()
        self._events.started(cell, where)
        if again:
            self._events.warn(f"{cell.cell_id}: its worker was lost, it runs again on {where}")
        else:
            self._context.tell("cab_cell_started", cell=cell)

    def accept(self, cell: Cell, archive: bytes) -> Done:
        """Write the cell that a worker ran as a try of this store."""
        planned, store = self._cells[cell.key], self._context.store
        with written(self._context.store, cell, self.stop):
            part = store.begin(cell)
            try:
                unpack(archive, part)
                result = _of(planned, part)
            except UserError as exc:
                shutil.rmtree(part)
                return self.lost(cell, WorkerError(str(exc)))
            earlier = store.voided(cell, planned.content_key)
            result = attrs.evolve(
                result,
                voided=earlier.outcomes,
                voided_tokens=earlier.tokens,
                voided_usd=earlier.usd,
            )
            path = store.finish(part, result)
        self._tell_of(planned, path, result)
        return self._ended(planned, path, result)

    def lost(self, cell: Cell, trouble: WorkerError) -> Done:
        """Write a cell with the trouble of its worker."""
        from cab_core.run.cell import lost_cell  # late, as above

        planned = self._cells[cell.key]
        with written(self._context.store, cell, self.stop):
            path, result = lost_cell(
                planned, self._context, _named(trouble, planned), cell.key in self._since
            )
        return self._ended(planned, path, result)

    def warn(self, text: str) -> None:
        """Print a warning."""
        self._events.warn(text)

    def scratch(self) -> AbstractContextManager[Path]:
        """Return a fresh directory."""
        return plain_scratch()

    def _may_start(self, planned: PlannedCell) -> bool:
        return not self.stop.is_set() and self._breaker.lets(planned)

    def _tell_of(self, planned: PlannedCell, path: Path, result: CellResult) -> None:
        """Tell plugins what they would have heard while the cell ran here."""
        context = self._context
        if context.observers is not None and context.observers.hear("cab_model_call"):
            for call in read_lines(path / "calls.jsonl", ModelCall):
                context.tell("cab_model_call", cell=planned.cell, call=call)
        context.tell("cab_cell_finished", result=result, directory=path)

    def _ended(
        self, planned: PlannedCell, path: Path, result: CellResult, started: float | None = None
    ) -> Done:
        if (record := self._plan.sweep.record) is not None:
            keep_record(path, planned.cell, Path(record))
        since = started or self._since.pop(planned.cell.key, time.monotonic())
        self._breaker.take(planned, result, since)
        self._events.finished(result.summary, path)
        return str(path), result.summary


def _of(planned: PlannedCell, part: Path) -> CellResult:
    """Return the result that came, which must be that of the cell.

    Raises:
        UserError: it is none, or another's.
    """
    result = read_json(part / "cell.json", CellResult)
    keys = planned.cell.key, planned.content_key, planned.grader_key
    if (result.cell.key, result.content_key, result.grader_key) != keys:
        raise UserError("what came is the result of another cell")
    return result


def _named(trouble: WorkerError, planned: PlannedCell) -> WorkerError:
    """Return the trouble of a worker with other inputs, and what is other about them."""
    if not trouble.inputs:
        return trouble
    import json

    theirs = from_json(json.loads(trouble.inputs), Inputs)
    told = "; ".join(differences(to_json(planned.inputs), to_json(theirs)))
    return WorkerError(f"{trouble}: {told}", trouble.outcome)
