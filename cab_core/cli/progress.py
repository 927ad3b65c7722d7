"""What a run shows while it runs: one line a cell that is done and, on a terminal, what is under way."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import attrs
import click

from cab_core.gateway.activity import Activity
from cab_core.records import Cell, CellKey, CellSummary, Configuration
from cab_core.records.marks import REGRADED
from cab_core.stats import distinctions
from cab_core.sweep.work import Events

from . import screen
from .fold import GAP, filled
from .table import cli_name, task_name
from .tally import Tally
from .text import WARNING, name_line, one_line, reason

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live

    from cab_core.gateway.server import Gateway

_STYLES = {"passed": "green", "failed": "yellow"}
_A_SECOND = 4  # drawings
Style = tuple[str, int, int]  # of a line, from and up to which character


class Progress:
    """A context manager. On a terminal a few lines move below; else only whole lines are printed.

    Nothing is printed while the state is locked: the drawing thread holds the console's lock when it asks
    for the state.
    """

    def __init__(self, quiet: bool = False) -> None:
        self._quiet = quiet
        self._terminal = sys.stderr.isatty() and os.environ.get("TERM") not in ("dumb", "unknown")
        self._console = None if quiet else _console(self._terminal)
        self._live: Live | None = None
        self._lock, self._printing = threading.Lock(), threading.Lock()
        self._further: dict[Configuration, str] = {}
        self._gateway: Gateway | None = None
        self._seen: dict[CellKey, Activity] = {}  # of cells that run, what was seen last
        self._kept_ones = 0  # done before, and not yet spoken of
        self._step, self._stopping = ("", 0.0), False
        self.tally = Tally()
        self.events = Events(
            started=self._started,
            finished=self._finished,
            kept=self._kept,
            warn=self.warn,
            gateway=self._look_at,
        )

    def __enter__(self) -> Progress:
        if self._terminal and self._console is not None:
            from rich.live import Live

            self._live = Live(
                self,
                console=self._console,
                refresh_per_second=_A_SECOND,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self._say_kept()
        if self._live is not None:
            self._live.stop()

    def __rich_console__(self, console: Console, options: Any) -> Any:
        """Yield what moves: the lines of the cells under way or, before there is one, the step."""
        from rich.text import Text

        now = self._gateway.under_way() if self._gateway else {}
        width = options.max_width - len("^C ")  # a terminal writes that behind the last line
        with self._lock:
            if self.tally.total is None:
                said, since = self._step
                took = f"  {screen.duration(time.monotonic() - since)}" if said else ""
                yield Text(f"{one_line(said, width - len(took))}{took}", no_wrap=True)
                return
            over = {k: attrs.evolve(a, over=True) for k, a in self._seen.items() if k in self.tally.running}
            self._seen = over | now
            drawn = list(
                screen.lines(self.tally, self._seen, self._name, self._stopping, width, console.height)
            )
        yield from drawn

    def expect(self, cells: Sequence[Cell], width: int | None = 1) -> None:
        """Take the cells that are to come, of which so many run at once, and what tells them apart."""
        configurations = [cell.configuration for cell in cells]
        self._further = distinctions(configurations)
        with self._lock:
            self.tally.width = width
            self.tally.expect(configurations)

    def say(self, text: str) -> None:
        """Show a step of an installation or the like."""
        self._step = text, time.monotonic()
        if self._live is None:
            self._print(f"  {one_line(text)}")

    def warn(self, text: str) -> None:
        """Print a warning line."""
        self._print(f"warning: {reason(text, WARNING)}", "yellow")

    def stopping(self) -> None:
        """Say that the run is being ended, and what becomes of it."""
        with self._lock:
            self._stopping, n = True, len(self.tally.running)
        self._print(stopping_line(n), "bold")

    def _look_at(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def _started(self, cell: Cell, where: str | None = None) -> None:
        self._say_kept()
        with self._lock:
            self.tally.started(cell, where)

    def _finished(self, result: CellSummary, _: Path) -> None:
        with self._printing:
            with self._lock:
                took = f"{self.tally.finished(result):.1f} s"
                spent = "regraded" if REGRADED in result.all_marks else screen.tokens(result.tokens)
                line = self._line(result, f"{took}  {spent}".rstrip())
            self._print(*line)

    def _kept(self, result: CellSummary, _: str) -> None:
        with self._printing, self._lock:
            self.tally.kept(result)
            self._kept_ones += 1

    def _say_kept(self) -> None:
        """Say how many there were, before the first that is run: the table at the end shows each."""
        with self._printing:
            with self._lock:
                n, self._kept_ones = self._kept_ones, 0
            if n:
                self._print(f"{n} of {self.tally.total} cells: done before")

    def _print(self, line: str, style: str = "", *parts: Style) -> None:
        """Print a line, which is whole in a log."""
        if self._console is not None:
            from rich.text import Text

            text = Text(line, style=style)
            for part in parts:
                text.stylize(*part)
            self._console.print(text)
        elif not self._quiet:
            click.echo(line, err=True)

    def _line(self, result: CellSummary, took: str) -> tuple[str, str, Style, Style]:
        head = f"[{self.tally.done}/{self.tally.total}] "
        phrases = [f"{head}{result.outcome}", took, self._name(result.cell)]
        if result.outcome not in _STYLES:
            phrases.append(reason(result.why))
        line = "\n".join(filled(phrases, self._console.width if self._terminal and self._console else None))
        ends = len(head) + len(result.outcome)
        outcome = (_STYLES.get(result.outcome, "red"), len(head), ends)
        return line, "", outcome, ("dim", ends, ends + len(GAP) + len(took))

    def _name(self, cell: Cell) -> str:
        return name_line(f"{cli_name(cell, self._further)} x {cell.model} x {task_name(cell)}")


def _console(terminal: bool) -> Console | None:
    """Return what draws on a terminal, or colours where that is asked for; a log needs none of it."""
    if not terminal and not os.environ.get("FORCE_COLOR"):
        return None
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=not terminal)


def stopping_line(cells: int) -> str:
    """Return what an interrupted run says at once."""
    them = "1 cell under way is" if cells == 1 else f"{cells} cells under way are"
    return f"stopping: {them} ended; what has a verdict is kept; Ctrl-C again ends at once"
