"""What is large is read beside the loop that all cells share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

LARGE = 1 << 20  # bytes; a thread for less costs more than it saves

R = TypeVar("R")


async def off_loop(size: int, work: Callable[..., R], *args: Any) -> R:
    """Return what `work` returns, in a thread where so many bytes are large."""
    return await asyncio.to_thread(work, *args) if size > LARGE else work(*args)
