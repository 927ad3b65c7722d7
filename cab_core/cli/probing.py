"""Showing the probe of an endpoint, line by line as it goes."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack

import click

from cab_core.gateway.models import Model
from cab_core.probe.record import Line, Probe
from cab_core.probe.spoken import SPOKEN, USUAL
from cab_core.probe.steps import run_probe

from .fold import terminal_width
from .text import broken, plain, say

_MARKS = {True: "ok  ", False: "BAD ", None: "--  "}
_WHAT = 10  # characters of what was looked at


def probe_endpoint(model: Model, protocol: str, patience_s: float | None, quiet: bool) -> Probe | None:
    """Look at a model's endpoint and show what is found; None where it cannot be probed, which is said."""
    why_not = None
    if model.scripted is not None:
        why_not = f"{model.id} is a script and answers by itself: there is no endpoint to probe."
    elif protocol not in SPOKEN:
        why_not = f"The probe cannot ask in {protocol}, which a plugin speaks: the endpoint is not probed."
    if why_not is not None:
        if not quiet:
            say(why_not)
        return None
    if quiet:
        return run_probe(model, lambda _: None, lambda _: None, patience_s, protocol)
    asked = "" if protocol == USUAL else f" in {protocol}"
    say(f"Probing {plain(model.endpoint or '')} for {plain(model.id)}{asked}")
    with ExitStack() as stack:
        waiting = _Waiting(stack)
        return run_probe(model, waiting.tell, waiting.on, patience_s, protocol)


def shown(line: Line) -> str:
    """Return a line as it is printed."""
    head = f"{_MARKS[line.ok]} {line.what:<{_WHAT}} "
    return broken(head + plain(line.says, keep=""), terminal_width(sys.stdout), len(head))


class _Waiting:
    """What is being waited for, and for how long; seen on a terminal alone."""

    def __init__(self, stack: ExitStack) -> None:
        self._what, self._since = "", time.monotonic()
        if sys.stdout.isatty():
            from rich.console import Console

            self._console = Console(highlight=False)
            stack.enter_context(self._console.status(self))

    def on(self, what: str) -> None:
        self._what, self._since = what, time.monotonic()

    def tell(self, line: Line) -> None:
        if sys.stdout.isatty():
            self._console.out(shown(line), highlight=False)
        else:
            click.echo(shown(line))

    def __rich__(self) -> str:
        return f"{self._what}, {time.monotonic() - self._since:.0f} s"
