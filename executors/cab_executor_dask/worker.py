"""What a Dask worker runs: `carry_out`, with a stop for each cell and a way to the run's budget."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from threading import Thread
from typing import Any

from distributed import WorkerPlugin, get_worker
from distributed.worker import Worker

from cab_core import StopSignal, WorkerError, carry_out

_PLUGIN = "cab-stops"


class Stops(WorkerPlugin):
    """Ends a cell whose task was cancelled or released, as when the runner is gone."""

    def __init__(self) -> None:
        self.running: dict[Any, tuple[str, StopSignal]] = {}  # by task: the run, and the cell's stop
        self.ended: set[str] = set()  # runs that start nothing more

    def transition(self, key: Any, start: str, finish: str, **_: Any) -> None:
        """Take that a task has gone from one state to another."""
        if finish in ("cancelled", "released", "forgotten", "rescheduled") and key in self.running:
            Thread(target=self.running[key][1].stop, args=("cancelled",), name="cab-stop").start()

    def stop(self, run: str) -> None:
        """End all cells of a run."""
        self.ended.add(run)
        for of, stop in list(self.running.values()):
            if of == run:
                stop.stop("cancelled")


async def _stops(worker: Worker) -> Stops:
    """Return the stops of this worker; in its loop, which looks at all plugins."""
    found = worker.plugins.setdefault(_PLUGIN, Stops())
    assert isinstance(found, Stops)
    return found


async def stop_run(run: str, dask_worker: Worker) -> None:
    """End the cells of a run on this worker; they are written as cancelled."""
    stops = await _stops(dask_worker)
    Thread(target=stops.stop, args=(run,), name="cab-stop").start()  # a process may be slow to end


def carry(portable: bytes, job: bytes, run: str, number: int, shares: bool) -> bytes:
    """Carry out a cell on this worker, and say when it is taken up, and when it starts."""
    worker = get_worker()
    key, where = worker.get_current_task(), str(worker.name).rpartition("//")[2]  # a name, or an address
    loop = worker.loop.asyncio_loop  # type: ignore[attr-defined]
    stop, stops = StopSignal(), asyncio.run_coroutine_threadsafe(_stops(worker), loop).result()
    stops.running[key] = run, stop
    try:
        if run in stops.ended:
            raise WorkerError(f"worker {where}: the run has ended")
        said = {"number": number, "name": where, "address": worker.address}
        worker.log_event(run, {**said, "what": "taken"})
        ask = _ask(worker, run) if shares else None
        return carry_out(
            portable, job, where, lambda: worker.log_event(run, {**said, "what": "started"}), stop, ask
        )
    finally:
        stops.running.pop(key, None)


def _ask(worker: Worker, run: str) -> Callable[[dict[str, Any]], Awaitable[float]]:
    """Return what carries a question to the scheduler, where `budget.BudgetPlugin` answers."""
    loop = worker.loop.asyncio_loop  # type: ignore[attr-defined]
    answer: Callable[..., Any] = getattr(worker.scheduler, operation(run))

    async def ask(question: dict[str, Any]) -> float:
        there = asyncio.run_coroutine_threadsafe(_asked(answer, worker.address, question), loop)
        return await asyncio.wrap_future(there)

    return ask


async def _asked(answer: Callable[..., Any], who: str, question: dict[str, Any]) -> float:
    return float(await answer(who=who, question=question))


def operation(run: str) -> str:
    """Return what the scheduler calls the questions of a run."""
    return f"{run}_budget".replace("-", "_")
