"""Executor `dask`: a cluster of processes on this machine, or the workers of a scheduler."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from typing import Any, ClassVar, TypeVar

from cab_core import Cell, UserError, Work

R = TypeVar("R")


class DaskExecutor:
    """Places are the workers' resource `cell`; distributed is imported when cells are run."""

    name = "dask"
    settings: ClassVar = {"scheduler": {"type": "string", "minLength": 1}}

    def check(self, settings: Mapping[str, Any]) -> None:
        """Look whether Dask is installed, and whether there is a scheduler.

        Raises:
            UserError: it is not, or none answers.
        """
        if find_spec("distributed") is None or find_spec("cryptography") is None:
            raise UserError("executor 'dask' needs Dask: pip install 'codingagentbench[dask]'")
        if address := settings.get("scheduler"):
            from .cluster import check_reached

            check_reached(address)

    def map(self, cells: Sequence[Cell], work: Callable[[Cell], R], width: int) -> Iterator[R]:
        """Yield results as cells finish. When the caller stops early, cells under way are ended.

        Raises:
            WorkerError: no worker that can do the cells is left, or the scheduler is gone.
        """
        if not cells:
            return
        if not isinstance(work, Work):
            raise UserError("executor 'dask' runs cells elsewhere: expected a cab_core.Work")
        from .cluster import client_of
        from .mapping import Mapping

        with client_of(work, min(width, len(cells))) as client:
            yield from Mapping(client, work, width).results(cells)
