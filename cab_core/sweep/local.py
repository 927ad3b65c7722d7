"""Executor `local`: threads of this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

from cab_core.records import Cell

R = TypeVar("R")


class LocalExecutor:
    """Runs cells in threads; they wait for processes and the network most of the time."""

    name = "local"

    def map(self, cells: Sequence[Cell], work: Callable[[Cell], R], width: int) -> Iterator[R]:
        """Yield results as cells finish. When the caller stops early, cells not begun are dropped."""
        pool = ThreadPoolExecutor(max_workers=width, thread_name_prefix="cab-cell")
        try:
            for future in as_completed([pool.submit(work, cell) for cell in cells]):
                yield future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
