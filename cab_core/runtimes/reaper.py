"""Removing what a run made: containers, volumes, scratch directories.

A removal that fails takes nothing from a result. It is kept here, told once as a note, tried again whenever
something else is removed, and what is left in the end `cab clean` finds.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from cab_core.errors import InfraError

_told: ContextVar[list[str] | None] = ContextVar("told", default=None)


class Reaper:
    """Removes things by name, and knows those that could not be removed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left: dict[str, tuple[Callable[[], object], str]] = {}

    def remove(self, name: str, action: Callable[[], object]) -> str | None:
        """Call `action`, which removes this thing; return what hindered it, in a sentence, or None."""
        if left := self._names():
            self._retry(left[0])  # not all: where an engine is slow, a cell must not wait for many
        return self._try(name, action)

    def retry(self) -> None:
        """Try once more to remove all that is left, in the order in which it should have gone."""
        for name in self._names():
            self._retry(name)

    def _names(self) -> list[str]:
        with self._lock:
            return list(self._left)

    def _retry(self, name: str) -> None:
        with self._lock:
            action, _ = self._left.get(name, (None, ""))
        if action is not None and self._try(name, action) is None:
            with self._lock:
                self._left.pop(name, None)

    def _try(self, name: str, action: Callable[[], object]) -> str | None:
        try:
            action()
        except (InfraError, OSError) as exc:
            said = f"{name} could not be removed: {exc}"
            with self._lock:
                is_new = name not in self._left
                self._left[name] = (action, said)
            if is_new and (told := _told.get()) is not None:
                told.append(said)
            return said
        return None

    @contextmanager
    def telling(self) -> Iterator[list[str]]:
        """Yield a list to which each failure in this context (a cell has a thread of its own) is added."""
        told: list[str] = []
        token = _told.set(told)
        try:
            yield told
        finally:
            _told.reset(token)

    def left(self) -> list[str]:
        """Return a sentence for each thing that is still there."""
        with self._lock:
            return [said for _, said in self._left.values()]


REAPER = Reaper()
