"""What is under way, while a command works on several things that each may take minutes."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any

import attrs

from .fold import GAP
from .screen import duration, shortened
from .text import name_line, plain, say

if TYPE_CHECKING:
    from rich.console import Console, RenderResult
    from rich.live import Live

_EVERY_S = 30.0  # in a log: a thing that takes longer is told of, as often as this
_A_SECOND = 4  # drawings


@attrs.define(eq=False)
class _Thing:
    name: str
    step: str = ""
    since: float = attrs.field(factory=time.monotonic)


class UnderWay:
    """A context manager. On a terminal a line for each thing moves below; a log has a line now and then."""

    def __init__(self, quiet: bool = False, every_s: float = _EVERY_S) -> None:
        self._quiet, self._every_s = quiet, every_s
        self._things: list[_Thing] = []
        self._lock, self._over = threading.Lock(), threading.Event()
        self._live: Live | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> UnderWay:
        if self._quiet:
            return self
        if sys.stderr.isatty() and os.environ.get("TERM") not in ("dumb", "unknown"):
            self._live = _live(self)
            self._live.start()
        else:
            self._thread = threading.Thread(target=self._log, name="cab-under-way", daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self._over.set()
        if self._live is not None:
            self._live.stop()
        if self._thread is not None:
            self._thread.join()

    @contextmanager
    def doing(self, name: str) -> Iterator[Callable[[str], None]]:
        """Show a thing while it is done; give what says its step."""
        thing = _Thing(name)

        def step(text: str) -> None:
            thing.step = text

        with self._lock:
            self._things.append(thing)
        try:
            yield step
        finally:
            with self._lock:
                self._things.remove(thing)

    def tell(self, line: str) -> None:
        """Print a line on stderr, above what moves."""
        if self._live is None:
            say(plain(line), err=True)
            return
        from rich.text import Text

        self._live.console.print(Text(plain(line)))

    @contextmanager
    def cleared(self) -> Iterator[None]:
        """Leave the terminal to what is printed on stdout meanwhile, by one thread."""
        if self._live is not None:
            self._live.stop()
        try:
            yield
        finally:
            if self._live is not None:
                self._live.start()

    def lines(self) -> list[str]:
        """Return a line for each thing: for how long, what of it, and its name."""
        with self._lock:
            things = list(self._things)
        now = time.monotonic()
        return [
            GAP.join(filter(None, (duration(now - x.since), name_line(x.step), name_line(x.name))))
            for x in things
        ]

    def __rich_console__(self, console: Console, options: Any) -> RenderResult:
        """Yield what moves, no line wider than the terminal, nor more of them than it has."""
        from rich.text import Text

        lines, room = self.lines(), max(1, console.height - 2)
        for line in lines[:room]:
            yield Text(shortened(line, options.max_width - len("^C ")), no_wrap=True)

    def _log(self) -> None:
        while not self._over.wait(self._every_s):
            with self._lock:
                old = any(time.monotonic() - x.since >= self._every_s for x in self._things)
            for line in self.lines() if old else ():
                say(f"under way: {line}", err=True)


def _live(shown: UnderWay) -> Live:
    from rich.console import Console
    from rich.live import Live

    return Live(
        shown,
        console=Console(stderr=True, highlight=False),
        refresh_per_second=_A_SECOND,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
