"""Calling the lifecycle hooks: each plugin has a bounded queue and a thread of its own."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pluggy

from .authors import defined_at, raised_at, roots_of, said

Report = Callable[[str], None]
PATIENCE_S = 10.0  # for how long the end of a run waits, for all plugins together


class Observers:
    """Hands events to plugins. A plugin that hangs or is slow misses events; the others have theirs."""

    def __init__(
        self, manager: pluggy.PluginManager, report: Report, size: int = 1000, patience_s: float = PATIENCE_S
    ) -> None:
        self._manager, self._report = manager, report
        self._size, self._patience_s = size, patience_s
        self._listeners: dict[str, _Listener] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Observers:
        return self

    def __exit__(self, *_: object) -> None:
        deadline = time.monotonic() + self._patience_s
        listeners = list(self._listeners.values())
        for listener in listeners:
            listener.end()
        for listener in listeners:
            if told := listener.wait(deadline):
                self._report(told)

    def tell(self, hook: str, **event: Any) -> None:
        """Queue one event for every plugin that has this hook; never blocks."""
        for impl in getattr(self._manager.hook, hook).get_hookimpls():
            self._listener(impl.plugin_name).put(hook, impl, event)

    def hear(self, hook: str) -> bool:
        """Tell whether any plugin has this hook."""
        return bool(getattr(self._manager.hook, hook).get_hookimpls())

    def _listener(self, plugin: str) -> _Listener:
        with self._lock:
            if plugin not in self._listeners:
                self._listeners[plugin] = _Listener(plugin, self._report, self._size)
            return self._listeners[plugin]


class _Listener:
    """One plugin's events and the thread that tells them. An event that finds the queue full is dropped."""

    def __init__(self, plugin: str, report: Report, size: int) -> None:
        self._plugin, self._report, self._size = plugin, report, size
        self._events: deque[tuple[str, Any, dict[str, Any]]] = deque()
        self._changed = threading.Condition()
        self._running: tuple[str, float] | None = None  # the hook that is being called, and since when
        self._dropped, self._ended = 0, False
        # A daemon: the interpreter's end does not wait for a hook that hangs.
        self._thread = threading.Thread(target=self._work, name=f"cab-observer-{plugin}", daemon=True)
        self._thread.start()

    def put(self, hook: str, impl: Any, event: dict[str, Any]) -> None:
        with self._changed:
            if len(self._events) < self._size:
                self._events.append((hook, impl, event))
                self._changed.notify()
            else:
                self._dropped += 1

    def end(self) -> None:
        """Let the thread end when all that is queued was told."""
        with self._changed:
            self._ended = True
            self._changed.notify()

    def wait(self, deadline: float) -> str | None:
        """Wait for the thread; return what the plugin missed, and why, or None."""
        self._thread.join(max(0.0, deadline - time.monotonic()))
        with self._changed:
            missed = self._dropped + len(self._events)
            self._events.clear()  # should the hook return after all, nothing more is called
            running = self._running if self._thread.is_alive() else None
        return self._told(missed, running)

    def _told(self, missed: int, running: tuple[str, float] | None) -> str | None:
        lost = f"{missed} events did not reach it" if missed else ""
        for_s = time.monotonic() - running[1] if running else 0.0
        if running and (for_s > 1 or not missed):
            said = f"{running[0]}() has not returned for {for_s:.1f} s, going on without it"
            return f"plugin {self._plugin}: {'; '.join(filter(None, (said, lost)))}"
        return f"plugin {self._plugin}: {lost}: its hooks are too slow" if missed else None

    def _next(self) -> tuple[str, Any, dict[str, Any]] | None:
        with self._changed:
            self._running = None
            self._changed.wait_for(lambda: self._events or self._ended)
            if not self._events:
                return None
            self._running = self._events[0][0], time.monotonic()
            return self._events.popleft()

    def _work(self) -> None:
        while (item := self._next()) is not None:
            hook, impl, event = item
            try:
                impl.function(*[event[a] for a in impl.argnames])
            except BaseException as exc:  # noqa: BLE001  a plugin may raise anything, SystemExit too
                self._tell_of(hook, impl.function, exc)

    def _tell_of(self, hook: str, function: Any, exc: BaseException) -> None:
        with suppress(Exception):  # the terminal is gone
            at = raised_at(exc, roots_of(function.__module__), defined_at(function))
            self._report(f"plugin {self._plugin}: {hook}() raised {said(exc)} (at {at})")
