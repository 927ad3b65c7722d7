"""Calling the lifecycle hooks from a bounded queue, in a thread of its own."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any

import pluggy

_END: Any = object()


class Observers:
    """Hands events to plugins. An event that finds the queue full is dropped and counted."""

    def __init__(
        self, manager: pluggy.PluginManager, report: Callable[[str], None], size: int = 1000
    ) -> None:
        self._manager, self._report = manager, report
        self._queue: queue.Queue[Any] = queue.Queue(size)
        self._thread = threading.Thread(target=self._work, name="cab-observers", daemon=True)
        self.dropped = 0

    def __enter__(self) -> Observers:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._queue.put(_END)
        self._thread.join(timeout=10)
        if self._thread.is_alive():
            self._report("a plugin's lifecycle hook has not returned for 10 s; going on without it")
        if self.dropped:
            self._report(f"{self.dropped} lifecycle events were dropped: a plugin's hook is too slow")

    def tell(self, hook: str, **event: Any) -> None:
        """Queue one event for every plugin that has this hook; never blocks."""
        try:
            self._queue.put_nowait((hook, event))
        except queue.Full:
            self.dropped += 1

    def _work(self) -> None:
        while (item := self._queue.get()) is not _END:
            hook, event = item
            for impl in getattr(self._manager.hook, hook).get_hookimpls():
                self._call(impl, event)

    def _call(self, impl: Any, event: dict[str, Any]) -> None:
        try:
            impl.function(*[event[a] for a in impl.argnames])
        except Exception as exc:  # noqa: BLE001  a plugin may raise anything
            self._report(
                f"plugin {impl.plugin_name}: {impl.function.__name__}() raised {type(exc).__name__}: {exc}"
            )
