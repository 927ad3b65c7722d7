"""Asking what runs to stop, from any thread and from a signal handler."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cab_core.records import StopReason


class _Watch:
    """One watcher: called once at most, and never after it was left."""

    def __init__(self, watcher: Callable[[], None]) -> None:
        self._watcher: Callable[[], None] | None = watcher
        # Re-entrant: a watcher may leave its own context, and a signal handler may interrupt `leave`.
        self._lock = threading.RLock()

    def call(self) -> None:
        with self._lock:
            watcher, self._watcher = self._watcher, None
            if watcher is not None:
                watcher()

    def leave(self) -> None:
        """End the watch; wait for a call that another thread is making at this moment."""
        with self._lock:
            self._watcher = None


class StopSignal:
    """Asks a running agent to stop, once, with a reason. Safe to use from any thread."""

    def __init__(self) -> None:
        self._watches: list[_Watch] = []
        # Re-entrant: a signal handler that stops may interrupt whoever holds it.
        self._lock = threading.RLock()
        self.reason: StopReason | None = None

    def stop(self, reason: StopReason) -> None:
        """Ask for the stop; only the first reason counts.

        Raises:
            BaseExceptionGroup: what watchers raised, when all of them have been called.
        """
        with self._lock:
            if self.reason is not None:
                return
            self.reason = reason
            watches = list(self._watches)
        errors: list[BaseException] = []
        for watch in watches:
            try:
                watch.call()
            except BaseException as exc:  # noqa: BLE001  the others must hear of the stop whatever this one does
                errors.append(exc)
        if errors:
            raise BaseExceptionGroup(f"not everybody could be told to stop ({reason})", errors)

    def is_set(self) -> bool:
        """Return whether a stop was asked for."""
        return self.reason is not None

    @contextmanager
    def watch(self, watcher: Callable[[], None]) -> Iterator[None]:
        """Call `watcher` when a stop is asked for (at once, if it was already), while in the context.

        When the context has been left it is not called any more, and no call of it is under way.
        """
        watch = _Watch(watcher)
        with self._lock:
            self._watches.append(watch)
        try:
            if self.is_set():
                watch.call()
            yield
        finally:
            watch.leave()
            with self._lock:
                self._watches.remove(watch)
