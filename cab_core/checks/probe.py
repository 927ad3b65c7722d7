"""Work without cells of a run, by which an executor is tried: here, or in its workers."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cab_core.errors import CabError, WorkerError
from cab_core.plugins.stop import StopSignal
from cab_core.plugins.work import Work
from cab_core.records import Cell

WORK_S = 0.02
Span = tuple[str, float, float]


@contextmanager
def _directory() -> Iterator[Path]:
    with TemporaryDirectory(prefix="cab-probe-") as path:
        yield Path(path)


class Probe(Work[Span]):
    """What `does`, the name of a function of this module, does of each cell."""

    def __init__(self, does: Callable[..., bytes], ends_after: int | None = None) -> None:
        self._does, self._ends_after = does, ends_after
        self.portable = json.dumps({"by": f"{__name__}:{does.__name__}"}).encode()
        self.settings, self.variables, self.stop = {}, {}, StopSignal()
        self.given_up: list[str] = []
        self.accepted: list[str] = []

    def __call__(self, cell: Cell) -> Span | None:  # type: ignore[override]  # as the work of a run
        """Do it here. None: it is not to start any more."""
        try:
            job = self.job(cell)
            return None if job is None else self.accept(cell, self._does(None, job))
        except WorkerError as exc:
            return self.lost(cell, exc)

    def job(self, cell: Cell) -> bytes | None:
        """Return the cell's id. None: the run is to end."""
        return None if self.stop.reason else cell.cell_id.encode()

    def started(self, cell: Cell, where: str) -> None:
        """Take no note of it."""

    def accept(self, cell: Cell, archive: bytes) -> Span:
        """Return when it began and ended; where enough are done, have the run end."""
        self.accepted.append(cell.cell_id)
        if len(self.accepted) == self._ends_after:
            self.stop.stop("cancelled")
        name, start, end = json.loads(archive)
        return name, start, end

    def warn(self, text: str) -> None:
        """Take no note of it."""

    def scratch(self) -> AbstractContextManager[Path]:
        """Return a fresh directory."""
        return _directory()

    def lost(self, cell: Cell, trouble: WorkerError) -> Span:
        """Note it."""
        self.given_up.append(cell.cell_id)
        return cell.cell_id, 0.0, 0.0


def spent(_: Any, job: bytes, *__: Any) -> bytes:
    """Work for a moment; say of which cell, from when and until when, in any process of this machine."""
    start = time.monotonic()
    time.sleep(WORK_S)
    return json.dumps([job.decode(), start, time.monotonic()]).encode()


def fails(*_: Any) -> bytes:
    """Fail as a runner does."""
    raise CabError("probe")


def is_lost(*_: Any) -> bytes:
    """Fail as a worker does that cannot do this cell."""
    raise WorkerError("probe")
