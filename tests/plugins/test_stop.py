"""Who watches for a stop is told of it, once, and never too late."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from cab_core.plugins.stop import StopSignal

WITHIN_S = 10


def started(target: Callable[[], object]) -> threading.Thread:
    """Return a thread that runs."""
    thread = threading.Thread(target=target, daemon=True)
    thread.start()
    return thread


def ended(thread: threading.Thread) -> bool:
    """Return whether a thread ends in time."""
    thread.join(WITHIN_S)
    return not thread.is_alive()


def test_the_first_reason_counts_and_each_watcher_is_called_once() -> None:
    """Two stops, and a watcher that came after the first: every one is called once."""
    stop, called = StopSignal(), []
    with stop.watch(lambda: called.append("before")):
        stop.stop("limit_calls")
        stop.stop("cancelled")
        with stop.watch(lambda: called.append("after")):
            assert called == ["before", "after"]
    assert stop.reason == "limit_calls" and called == ["before", "after"]


def test_a_stop_while_a_watcher_enters_calls_it_once() -> None:
    """The stop comes when the watcher is known already, and has not yet looked whether one was asked for."""
    called: list[int] = []

    class Late(StopSignal):
        def is_set(self) -> bool:
            self.stop("cancelled")
            return super().is_set()

    with Late().watch(lambda: called.append(1)):
        assert called == [1]


def test_a_watcher_that_was_left_during_a_stop_is_not_called() -> None:
    """A stop is under way, and held up by the first watcher; who leaves meanwhile is not called any more."""
    stop, called = StopSignal(), []
    under_way, go_on = threading.Event(), threading.Event()

    def holds_up() -> None:
        under_way.set()
        go_on.wait(WITHIN_S)

    with stop.watch(holds_up):
        with stop.watch(lambda: called.append("late")):
            stopping = started(lambda: stop.stop("cancelled"))
            assert under_way.wait(WITHIN_S)
        go_on.set()
        assert ended(stopping)
    assert called == []


def test_a_descriptor_that_is_used_again_gets_no_byte_of_a_stop() -> None:
    """A watcher writes to a pipe; its number is a file's when the stop comes to it, and nothing is written."""
    stop = StopSignal()
    under_way, go_on = threading.Event(), threading.Event()

    def holds_up() -> None:
        under_way.set()
        go_on.wait(WITHIN_S)

    woken, wake = os.pipe()
    with stop.watch(holds_up):
        with stop.watch(lambda: os.write(wake, b".") and None):
            stopping = started(lambda: stop.stop("cancelled"))
            assert under_way.wait(WITHIN_S)
        os.close(wake)
        file = os.memfd_create("file")
        os.dup2(file, wake)
        go_on.set()
        assert ended(stopping)
    assert os.fstat(file).st_size == 0
    for fd in {woken, wake, file}:
        os.close(fd)


def test_leaving_waits_for_a_call_that_is_being_made() -> None:
    """Who leaves while the watcher runs in another thread goes on when it has returned, not before."""
    stop, order = StopSignal(), []
    under_way, go_on, leaving = threading.Event(), threading.Event(), threading.Event()

    def watcher() -> None:
        under_way.set()
        go_on.wait(WITHIN_S)
        order.append("returned")

    def watching() -> None:
        with stop.watch(watcher):
            assert under_way.wait(WITHIN_S)
            leaving.set()
        order.append("left")

    thread = started(watching)
    while not stop._watches:
        pass
    stopping = started(lambda: stop.stop("cancelled"))
    assert leaving.wait(WITHIN_S)
    thread.join(0.2)
    assert thread.is_alive() and order == []
    go_on.set()
    assert ended(thread) and ended(stopping) and order == ["returned", "left"]


def test_a_watcher_may_leave_its_own_context() -> None:
    """A watcher that ends what it was watched in does not wait for itself."""
    stop, context = StopSignal(), ExitStack()
    context.enter_context(stop.watch(context.close))
    assert ended(started(lambda: stop.stop("cancelled"))) and stop.reason == "cancelled"


@pytest.mark.parametrize("exc", [OSError(9, "bad"), ValueError("no"), SystemExit(1)], ids=repr)
def test_a_watcher_that_raises_silences_no_other(exc: BaseException) -> None:
    """The first of three watchers raises, and the last: all three were called, and both errors come out."""
    stop, called = StopSignal(), []

    def bad() -> None:
        called.append("bad")
        raise exc

    with (
        stop.watch(bad),
        stop.watch(lambda: called.append("well")),
        stop.watch(bad),
        pytest.raises(BaseExceptionGroup) as caught,
    ):
        stop.stop("cancelled")
    assert called == ["bad", "well", "bad"] and list(caught.value.exceptions) == [exc, exc]


def test_a_watcher_that_raises_at_once_is_left() -> None:
    """Entering after the stop, with a watcher that raises, leaves no watcher behind."""
    stop = StopSignal()
    stop.stop("cancelled")
    with pytest.raises(OSError), stop.watch(lambda: os.close(-1)):
        raise AssertionError("entered")
    assert stop._watches == []


def test_a_stop_in_a_signal_handler_that_interrupts_a_stop() -> None:
    """A handler runs in the thread that holds the lock at that moment, and returns."""
    stop, called = StopSignal(), []
    before = signal.signal(signal.SIGUSR1, lambda *_: stop.stop("cancelled"))
    try:
        with stop.watch(lambda: called.append(1)), stop._lock, stop._watches[0]._lock:
            os.kill(os.getpid(), signal.SIGUSR1)
            while not stop.is_set():
                pass
        assert called == [1]
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_a_thousand_stops_that_race_with_leaving() -> None:
    """However a stop and the end of a context fall together, no watcher is called outside it."""
    for _ in range(1000):
        stop, inside, wrong = StopSignal(), [False], []
        begin = threading.Barrier(2)

        def ask(stop: StopSignal = stop, begin: threading.Barrier = begin) -> None:
            begin.wait(WITHIN_S)
            stop.stop("cancelled")

        thread = started(ask)
        inside[0] = True
        with stop.watch(lambda inside=inside, wrong=wrong: inside[0] or wrong.append(1)):  # type: ignore[misc]
            begin.wait(WITHIN_S)
        inside[0] = False
        assert ended(thread) and not wrong
