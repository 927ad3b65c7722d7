"""What the context that turns signals into a stop promises, within this process."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator

import pytest

from cab_core.cli import signals
from cab_core.cli.signals import stop_on_signals

ENDING = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.fixture(autouse=True)
def handlers() -> Iterator[list[object]]:
    """What handles the three signals; it is put back."""
    before = [signal.getsignal(n) for n in ENDING]
    yield before
    for number, handler in zip(ENDING, before, strict=True):
        signal.signal(number, handler)


def test_without_a_signal_all_is_as_before(handlers: list[object]) -> None:
    """Behind the context the same handlers are there, and no stop was asked for."""
    with stop_on_signals(print) as stop:
        assert handlers != [signal.getsignal(n) for n in ENDING]
    assert handlers == [signal.getsignal(n) for n in ENDING] and not stop.is_set()


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_at_the_very_end_counts(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """The context ends while the signal is still being dealt with: behind it the stop is set."""
    monkeypatch.setattr(signals, "_leave_closed", lambda _: time.sleep(0.2))
    with stop_on_signals(print) as stop:
        signal.raise_signal(number)
    assert stop.reason == "cancelled"


@pytest.mark.parametrize("number", ENDING)
def test_behind_an_interrupted_run_a_second_signal_still_ends_at_once(number: int) -> None:
    """What is left to do then cannot be hindered by one that raises; a terminal's second SIGHUP is nothing."""
    with stop_on_signals(print):
        signal.raise_signal(number)
    assert [signal.getsignal(n) for n in ENDING] == [signal.SIG_DFL, signal.SIG_DFL, signal.SIG_IGN]


def test_what_a_watcher_raises_is_told() -> None:
    """A cell that could not be told to stop is a warning with the reason; the others were told."""
    said: list[str] = []
    told: list[int] = []

    def bad() -> None:
        raise OSError(9, "Bad file descriptor")

    with stop_on_signals(said.append) as stop, stop.watch(bad), stop.watch(lambda: told.append(1)):
        signal.raise_signal(signal.SIGTERM)
        while not told:
            time.sleep(0.01)
    assert len(said) == 1 and "OSError: [Errno 9] Bad file descriptor" in said[0]


def test_a_lock_that_the_main_thread_holds_is_no_dead_lock() -> None:
    """The signal comes while the main thread holds a plain lock that a watcher needs: both go on."""
    lock, told = threading.Lock(), threading.Event()

    def watcher() -> None:
        with lock:
            told.set()

    with stop_on_signals(print) as stop, stop.watch(watcher):
        with lock:
            signal.raise_signal(signal.SIGINT)
        assert told.wait(10)


def test_a_terminal_that_takes_nothing_holds_up_no_stop() -> None:
    """Saying what is done may wait for ever; cells hear of the stop all the same."""
    stuck, told = threading.Event(), threading.Event()
    with stop_on_signals(print, lambda: bool(stuck.wait(60))) as stop, stop.watch(told.set):
        signal.raise_signal(signal.SIGINT)
        assert told.wait(10)
    stuck.set()
