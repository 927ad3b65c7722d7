"""Work that must be done one at a time, whole, and without holding up the loop that all cells share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from .off_loop import LARGE, off_loop


class InTurn:
    """Does what is small at once, and what is large in a thread. What has begun is not cancelled."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._waiting: set[asyncio.Task[None]] = set()

    async def do(self, size: int, work: Callable[..., None], *args: Any) -> None:
        """Do some work, of so many bytes, when no other is under way."""
        if size <= LARGE and not self._lock.locked():
            work(*args)
            return
        task = asyncio.create_task(self._do(size, work, *args))
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)
        await asyncio.shield(task)

    async def _do(self, size: int, work: Callable[..., None], *args: Any) -> None:
        async with self._lock:
            await off_loop(size, work, *args)

    async def done(self) -> None:
        """Wait until all is done."""
        await asyncio.gather(*self._waiting, return_exceptions=True)
