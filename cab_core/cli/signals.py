"""Signals that end `cab`: Ctrl-C, SIGTERM and SIGHUP (the terminal was closed) mean the same, exit code 130.

What was ignored when cab started, by nohup(1) or a shell's `&`, stays ignored.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Any

from cab_core.plugins.stop import StopSignal

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_OUTPUTS = (1, 2)


def end_as_by_ctrl_c() -> None:
    """Let SIGTERM and SIGHUP raise KeyboardInterrupt, so that every command cleans up behind itself."""
    for number in _ENDING:
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


@contextmanager
def stop_on_signals(
    warn: Callable[[str], None], began: Callable[[], None] = lambda: None
) -> Iterator[StopSignal]:
    """Turn the first signal into a stop that lets every cell clean up; the second one ends cab at once.

    `began` tells a person so. It has a thread of its own: a terminal that takes nothing holds up no stop.
    A further SIGHUP does nothing: a terminal that closes sends it more than once.
    """
    stop = StopSignal()
    came: SimpleQueue[int | None] = SimpleQueue()
    terminals = [fd for fd in _OUTPUTS if os.isatty(fd)]
    before = {n: found for n in _ENDING if (found := signal.getsignal(n)) not in (signal.SIG_IGN, None)}

    def handle(number: int, _: object) -> None:
        for each in before:
            signal.signal(each, signal.SIG_IGN if each == signal.SIGHUP else signal.SIG_DFL)
        came.put(number)  # the one kind of queue that a signal handler may use

    # Not in the handler: it interrupts the main thread, perhaps while that holds a lock a watcher needs.
    thread = threading.Thread(
        target=_stop, args=(came, stop, terminals, warn, began), name="cab-signals", daemon=True
    )
    thread.start()
    try:
        for number in before:
            signal.signal(number, handle)
        yield stop
    finally:
        for number, old in before.items():
            if signal.getsignal(number) is handle:  # where one came, another still ends cab at once
                signal.signal(number, old)
        came.put(None)
        thread.join()


def _stop(
    came: SimpleQueue[int | None],
    stop: StopSignal,
    terminals: list[int],
    warn: Callable[[str], None],
    began: Callable[[], None],
) -> None:
    """Wait for a signal, or for the end of the run."""
    if came.get() is None:
        return
    _leave_closed(terminals)
    threading.Thread(target=began, name="cab-stopping", daemon=True).start()
    try:
        stop.stop("cancelled")
    except BaseException as exc:  # noqa: BLE001  a watcher's; every other one has been called
        warn(f"{exc}: {_leaves(exc)}")


def _leave_closed(terminals: list[int]) -> None:
    """Write to nowhere from now on where the terminal is gone: an error there would end the cleaning up."""
    for fd in terminals:
        if not os.isatty(fd):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, fd)
            os.close(nowhere)


def _leaves(exc: Any) -> str:
    inner = getattr(exc, "exceptions", None)
    return f"{type(exc).__name__}: {exc}" if inner is None else "; ".join(map(_leaves, inner))
