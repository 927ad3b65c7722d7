"""Showing the probe of an endpoint, line by line as it goes."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack

import click

from cab_core.gateway.models import EndpointChoice, resolve
from cab_core.probe.record import Line, Probe
from cab_core.probe.steps import run_probe

from . import options
from .fold import terminal_width
from .text import broken, plain, say

_MARKS = {True: "ok  ", False: "BAD ", None: "--  "}
_WHAT = 10  # characters of what was looked at


def probe_endpoint(
    model_id: str, choice: EndpointChoice, patience_s: float | None, quiet: bool
) -> Probe | None:
    """Look at a model's endpoint and show what is found; None where a script answers.

    Raises:
        UserError: the model has no endpoint, or its key is not set.
    """
    model = resolve(model_id, choice, options.config())
    if model.scripted is not None:
        if not quiet:
            say(f"{model_id} is a script and answers by itself: there is no endpoint to probe.")
        return None
    if quiet:
        return run_probe(model, lambda _: None, lambda _: None, patience_s)
    say(f"Probing {plain(model.endpoint or '')} for {plain(model_id)}")
    with ExitStack() as stack:
        waiting = _Waiting(stack)
        return run_probe(model, waiting.tell, waiting.on, patience_s)


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
