"""What a run shows while it runs: one line a cell that is done, and what is under way."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import click
from rich.console import Console
from rich.status import Status
from rich.text import Text

from cab_core.records import Cell, CellKey, CellResult, Configuration
from cab_core.stats import distinctions
from cab_core.sweep.runner import Events

from .table import cli_name, task_name
from .text import name_line, one_line, reason

_WARNING = 900  # characters: several reasons for running a cell anew, each with two values
_STYLES = {"passed": "green", "failed": "yellow"}


class Progress:
    """A context manager. On a terminal a status line moves below; else only whole lines are printed."""

    def __init__(self, quiet: bool = False) -> None:
        self._console = Console(stderr=True, quiet=quiet, highlight=False)
        self._status: Status | None = None
        self._lock = threading.Lock()
        self._running: dict[CellKey, tuple[str, float]] = {}
        self._further: dict[Configuration, str] = {}
        self._done = 0
        self._kept_ones = 0  # of these, and not yet spoken of
        self._total = 0
        self.events = Events(started=self._started, finished=self._finished, kept=self._kept, warn=self.warn)

    def __enter__(self) -> Progress:
        if self._console.is_terminal:
            self._status = self._console.status("")
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        with self._lock:
            self._say_kept()
        if self._status is not None:
            self._status.stop()

    def expect(self, cells: Sequence[Cell]) -> None:
        """Take the cells that are to come: their number, and what tells those of one name apart."""
        self._total = len(cells)
        self._further = distinctions(cell.configuration for cell in cells)

    def say(self, text: str) -> None:
        """Show a step of an installation or the like."""
        if self._status is not None:
            self._status.update(Text(one_line(text, 90)))
        else:
            self._console.print(Text(f"  {one_line(text)}"))

    def warn(self, text: str) -> None:
        """Print a warning line."""
        self._console.print(Text(f"warning: {reason(text, _WARNING)}", style="yellow"))

    def _started(self, cell: Cell) -> None:
        with self._lock:
            self._say_kept()
            self._running[cell.key] = (self._name(cell), time.monotonic())
            self._show()

    def _finished(self, result: CellResult, _: Path) -> None:
        with self._lock:
            since = self._running.pop(result.cell.key, ("", time.monotonic()))[1]
            self._line(result, f"{time.monotonic() - since:.1f} s")
            self._show()

    def _kept(self, result: CellResult, _: Path) -> None:
        with self._lock:
            self._done += 1
            self._kept_ones += 1

    def _say_kept(self) -> None:
        """Say how many there were, before the first that is run: the table at the end shows each."""
        if self._kept_ones:
            self._console.print(Text(f"{self._kept_ones} of {self._total} cells: done before"))
            self._kept_ones = 0

    def _line(self, result: CellResult, took: str) -> None:
        self._done += 1
        line = Text(f"[{self._done}/{self._total}] ")
        line.append(self._name(result.cell))
        line.append(f"  {result.outcome}", style=_STYLES.get(result.outcome, "red"))
        line.append(f"  {took}", style="dim")
        self._console.print(line)
        if result.outcome not in ("passed", "failed"):
            self._console.print(Text(f"      {reason(result.why)}"))

    def _name(self, cell: Cell) -> str:
        return name_line(f"{cli_name(cell, self._further)} x {cell.model} x {task_name(cell)}")

    def _show(self) -> None:
        if self._status is not None:
            names = ", ".join(sorted(name for name, _ in self._running.values()))
            self._status.update(Text(one_line(f"{self._done}/{self._total}; running: {names}", 110)))


def warn_of_faults(faults: list[str]) -> None:
    """Print one line for each plugin that cannot be used."""
    for fault in faults:
        click.echo(f"warning: {one_line(fault, 300)}", err=True)
