"""What a run shows while it runs: one line a cell that is done, and what is under way."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from types import TracebackType

import click
from rich.console import Console
from rich.status import Status
from rich.text import Text

from cab_core.records import Cell, CellResult
from cab_core.sweep.runner import Events

from .text import one_line

_STYLES = {"passed": "green", "failed": "yellow"}


class Progress:
    """A context manager. On a terminal a status line moves below; else only whole lines are printed."""

    def __init__(self, quiet: bool = False) -> None:
        self._console = Console(stderr=True, quiet=quiet, highlight=False)
        self._status: Status | None = None
        self._lock = threading.Lock()
        self._running: dict[str, float] = {}
        self._done = 0
        self.total = 0
        self.events = Events(started=self._started, finished=self._finished, kept=self._kept, warn=self.warn)

    def __enter__(self) -> Progress:
        if self._console.is_terminal:
            self._status = self._console.status("")
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        if self._status is not None:
            self._status.stop()

    def say(self, text: str) -> None:
        """Show a step of an installation or the like."""
        if self._status is not None:
            self._status.update(Text(one_line(text, 90)))
        else:
            self._console.print(Text(f"  {one_line(text)}"))

    def warn(self, text: str) -> None:
        """Print a warning line."""
        self._console.print(Text(f"warning: {one_line(text, 300)}", style="yellow"))

    def _started(self, cell: Cell) -> None:
        with self._lock:
            self._running[cell.cell_id] = time.monotonic()
            self._show()

    def _finished(self, result: CellResult, _: Path) -> None:
        with self._lock:
            took = time.monotonic() - self._running.pop(result.cell_id, time.monotonic())
            self._line(result, f"{took:.1f} s")
            self._show()

    def _kept(self, result: CellResult, _: Path) -> None:
        with self._lock:
            self._line(result, "done before")

    def _line(self, result: CellResult, took: str) -> None:
        self._done += 1
        cell = result.cell
        line = Text(f"[{self._done}/{self.total}] ")
        line.append(one_line(f"{cell.tui} x {cell.model} x {cell.task}", 100))
        line.append(f"  {result.outcome}", style=_STYLES.get(result.outcome, "red"))
        line.append(f"  {took}", style="dim")
        self._console.print(line)
        if result.outcome not in ("passed", "failed"):
            self._console.print(Text(f"      {one_line(result.why, 300)}"))

    def _show(self) -> None:
        if self._status is not None:
            names = ", ".join(sorted(i.partition("/")[2] for i in self._running))
            self._status.update(Text(one_line(f"{self._done}/{self.total}; running: {names}", 110)))


def warn_of_faults(faults: list[str]) -> None:
    """Print one line for each plugin that cannot be used."""
    for fault in faults:
        click.echo(f"warning: {one_line(fault, 300)}", err=True)
