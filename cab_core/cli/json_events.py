"""What `cab run --json` prints: one JSON event a line on stdout, and nothing else there."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import click

from cab_core.plugins.markers import hookimpl
from cab_core.plugins.registry import Plugins
from cab_core.records import Cell, CellKey, CellResult, CellSummary, ModelCall, to_json
from cab_core.records.events import (
    CallEvent,
    EndEvent,
    FinishedEvent,
    PlannedEvent,
    RunEvent,
    StartedEvent,
    StoppingEvent,
    WarningEvent,
)
from cab_core.stats import verdict_of
from cab_core.sweep.work import Events
from cab_core.trace.clock import utc_now

from .output import put
from .progress import stopping_line
from .tally import Tally

NAME = "cab run --json"


class JsonEvents:
    """A context manager: it observes as any plugin does, so that a slow reader holds up no call."""

    def __init__(self, plugins: Plugins) -> None:
        self._manager = plugins.loaded.manager
        self._lock, self._printing = threading.Lock(), threading.Lock()
        self._numbers: dict[CellKey, int] = {}
        self._workers: dict[CellKey, str | None] = {}
        self.tally = Tally()
        self.events = Events(started=self._started, finished=self._finished, kept=self._kept, warn=self.warn)

    def __enter__(self) -> JsonEvents:
        self._manager.register(self, name=NAME)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self._manager.unregister(self)

    def say(self, text: str) -> None:
        """Take a step of an installation: it is no event."""

    def warn(self, text: str) -> None:
        """Print a warning."""
        self._print(WarningEvent(event="warning", at=utc_now(), text=text))

    def expect(self, cells: Sequence[Cell], width: int | None = 1) -> None:
        """Print what is planned."""
        self._numbers = {cell.key: n for n, cell in enumerate(cells, 1)}
        self.tally.total = len(cells)
        self._print(PlannedEvent(event="planned", at=utc_now(), cells=len(cells)))

    def stopping(self) -> None:
        """Print that the run is being ended; a person reads it on stderr."""
        n = len(self.tally.running)
        click.echo(stopping_line(n), err=True)
        self._print(StoppingEvent(event="stopping", at=utc_now(), cells=n))

    def end(self, exit_code: int, why: Sequence[str], go_on: str | None) -> None:
        """Print the last event."""
        tally, spend = self.tally, self.tally.spend
        self._print(
            EndEvent(
                event="end",
                at=utc_now(),
                exit_code=exit_code,
                cells=tally.total,
                passed=tally.passed,
                failed=tally.failed,
                left_out=tally.left_out,
                not_run=tally.not_run,
                tokens=spend.tokens if spend.tokens_known else None,
                tokens_at_least=spend.tokens,
                usd=spend.usd if spend.usd_known and spend.priced else None,
                usd_at_least=spend.usd,
                why=tuple(why),
                go_on=go_on,
            )
        )

    @hookimpl
    def cab_cell_started(self, cell: Cell) -> None:
        """Print the start of a cell."""
        self._print(
            StartedEvent(
                event="started",
                at=utc_now(),
                number=self._numbers[cell.key],
                cell_id=cell.cell_id,
                cell=cell,
                worker=self._workers.get(cell.key),
            )
        )

    @hookimpl
    def cab_model_call(self, cell: Cell, call: ModelCall) -> None:
        """Print a call that has ended."""
        self._print(CallEvent(event="call", at=utc_now(), number=self._numbers[cell.key], call=call))

    @hookimpl
    def cab_cell_finished(self, result: CellResult, directory: Path) -> None:
        """Print the end of a cell."""
        self._print_end(result.summary, str(directory), before=False)

    def _started(self, cell: Cell, where: str | None = None) -> None:
        with self._lock:
            self.tally.started(cell, where)
            again = where is not None and cell.key in self._workers
            self._workers[cell.key] = where
        if again:  # plugins, of which this is one, hear of a cell's start once
            self.cab_cell_started(cell)

    def _finished(self, result: CellSummary, _: Path) -> None:
        with self._lock:
            self.tally.finished(result)

    def _kept(self, result: CellSummary, directory: str) -> None:
        with self._lock:
            self.tally.kept(result)
        self._print_end(result, directory, before=True)

    def _print_end(self, result: CellSummary, directory: str, before: bool) -> None:
        self._print(
            FinishedEvent(
                event="finished",
                at=utc_now(),
                number=self._numbers[result.cell.key],
                cell_id=result.cell_id,
                cell=result.cell,
                before=before,
                outcome=result.outcome,
                why=result.why,
                solved=verdict_of(result).passed,
                tokens=result.tokens,
                scores=result.headlines,
                wall_ms=result.wall_ms,
                marks=result.all_marks,
                directory=directory,
                worker=self._workers.get(result.cell.key),
            )
        )

    def _print(self, event: RunEvent) -> None:
        line = json.dumps(to_json(event), separators=(",", ":"))
        with self._printing:
            put(line)
