"""What an executor is given to do with each cell: here by a call, or elsewhere as plain data."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from typing import Any, Generic, TypeVar

from cab_core.errors import WorkerError
from cab_core.records import Cell

from .stop import StopSignal

R = TypeVar("R")
# What a worker asks of the one `SharedBudget` of a run; the answer may take until the endpoint is free.
Ask = Callable[[dict[str, Any]], Awaitable[float]]


class Work(ABC, Generic[R]):
    """The work of a run. Call it in this process; or `carry_out` its plain data elsewhere, and `accept`.

    `portable`: what all cells share, without a credential. `settings`: what was set of the executor.
    `variables`: what the environment of a worker that the executor starts on this machine must have besides;
    credentials are among them, so they go through pipes alone, and to no other machine. `stop`: set when the
    run is to end. `budget`: an endpoint's is to be shared by all workers, so `carry_out` must be able to ask.
    """

    portable: bytes
    settings: Mapping[str, Any]
    variables: Mapping[str, str]
    stop: StopSignal
    budget: bool = False

    @abstractmethod
    def __call__(self, cell: Cell) -> R:
        """Do the work here."""

    @abstractmethod
    def job(self, cell: Cell) -> bytes | None:
        """Return the plain data of a cell that is to start elsewhere. None: it is not to start any more."""

    @abstractmethod
    def started(self, cell: Cell, where: str) -> None:
        """Take that a cell has started on a worker of this name; again, where its worker was lost."""

    @abstractmethod
    def accept(self, cell: Cell, archive: bytes) -> R:
        """Take what `carry_out` returned."""

    @abstractmethod
    def warn(self, text: str) -> None:
        """Tell whoever watches the run."""

    @abstractmethod
    def scratch(self) -> AbstractContextManager[Path]:
        """Return a fresh directory of this machine, such as for the files of workers that are started here.

        It is removed when it is left; should this process be killed, `cab clean` finds it.
        """

    @abstractmethod
    def lost(self, cell: Cell, trouble: WorkerError) -> R:
        """Take that a cell cannot be had: what `carry_out` raised, or that its workers died."""


def carry_out(
    portable: bytes,
    job: bytes,
    where: str,
    began: Callable[[], None] = lambda: None,
    stop: StopSignal | None = None,
    ask: Ask | None = None,
) -> bytes:
    """Do the work of one cell in this process, a worker's; return an archive for `Work.accept`.

    `where`: the worker's name, for people. `began`: called when all is ready (a CLI may have to be installed
    first), for `Work.started`. `stop`: set it to end the cell, which is written all the same.
    `ask`: hands a question to the run's `SharedBudget`, from an event loop of this process, and returns its
    answer. Several threads may call this at once.

    Raises:
        WorkerUnfit: this worker can do no cell of this run; says why.
        WorkerError: it could not do this one.
    """
    document = json.loads(portable)
    module, _, name = document["by"].partition(":")
    if not module.startswith("cab_core."):
        raise WorkerError(f"worker {where}: {module[:80]!r} is no module of cab")
    done: bytes = getattr(import_module(module), name)(document, job, where, began, stop or StopSignal(), ask)
    return done
