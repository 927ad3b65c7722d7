"""The cells of a run on the workers of a Dask scheduler: no more of them there than there are places."""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Generic, TypeVar

import attrs
from distributed import CancelledError, Client, Future, KilledWorker

from cab_core import Cell, UserError, Work, WorkerError, WorkerUnfit

from .budget import BudgetPlugin
from .worker import carry, stop_run

R = TypeVar("R")
_LOOK_S = 1.0  # between two looks at the workers
_GATHER_S = 120  # for an archive that is there; a worker may be lost with it


@attrs.define(eq=False)
class _Flight:
    """A cell that was handed to Dask. `ran_on`: workers that took it up."""

    number: int
    cell: Cell
    future: Future[bytes]
    allowed: frozenset[str] | None
    ran_on: list[str] = attrs.field(factory=list)
    address: str = ""


class Mapping(Generic[R]):
    """One call of `map`. Everything but what puts into `_queue` happens in the caller's thread."""

    def __init__(self, client: Client, work: Work[R], width: int) -> None:
        self._client, self._work, self._width = client, work, width
        self._run = f"cab-{secrets.token_hex(8)}"  # names what is made there
        self._queue: SimpleQueue[tuple[str, Any]] = SimpleQueue()
        self._flights: dict[int, _Flight] = {}
        self._unfit: dict[str, str] = {}  # addresses of workers that get no more cells, with why
        self._places: dict[str, int] = {}
        self._looked, self._told = 0.0, False

    def results(self, cells: Sequence[Cell]) -> Iterator[R]:
        """Yield what came of each cell."""
        waiting = deque(enumerate(cells))
        self._client.subscribe_topic(self._run, lambda event: self._queue.put((event[1]["what"], event[1])))
        if self._work.budget:
            self._share_budget()
        try:
            with self._work.stop.watch(lambda: self._queue.put(("stop", None))):
                while waiting or self._flights:
                    self._look(waiting)
                    self._send(waiting)
                    if not self._flights and (not waiting or self._work.stop.is_set()):
                        return
                    with suppress(Empty):
                        yield from self._take(*self._queue.get(timeout=_LOOK_S))
        finally:
            self._leave()

    def _share_budget(self) -> None:
        try:
            self._client.register_plugin(BudgetPlugin(self._run, self._client.id))
        except Exception as exc:
            raise UserError(
                "cab.toml bounds what an endpoint may be asked, which the Dask scheduler keeps for all "
                f"workers; it cannot: {exc}; expected the same cab beside the scheduler as here"
            ) from exc

    def _look(self, waiting: deque[tuple[int, Cell]]) -> None:
        """See which workers there are; take back what waits for such as are gone."""
        if time.monotonic() - self._looked < _LOOK_S:
            return
        self._looked = time.monotonic()
        try:
            workers = self._client.scheduler_info(n_workers=-1)["workers"]
        except (OSError, KeyError) as exc:  # one that is gone has nothing to say
            raise self._gone() from exc
        found = {at: int(w.get("resources", {}).get("cell", 0)) for at, w in workers.items()}
        self._places = {at: n for at, n in found.items() if n and at not in self._unfit}
        if self._unfit and not self._places and (waiting or self._flights):
            why = "; ".join(dict.fromkeys(self._unfit.values()))
            raise WorkerError(f"no worker is left that can run these cells: {why}")
        if not self._places and not self._told:
            self._work.warn(
                "the Dask scheduler has no worker with places; one is started with `dask worker ADDRESS "
                "--nthreads K --resources cell=K`, where cab is installed as here: else it ends when a cell "
                "comes, and its log says ModuleNotFoundError"
            )
        self._told = not self._places
        for flight in list(self._flights.values()):
            if not flight.ran_on and flight.allowed is not None and not flight.allowed & {*self._places}:
                self._drop(flight)
                waiting.appendleft((flight.number, flight.cell))

    def _send(self, waiting: deque[tuple[int, Cell]]) -> None:
        """Hand over as many cells as there are places: what is not handed over can still be spared.

        One waits for the first worker: a cluster that grows by itself must see that there is work.
        """
        room = min(self._width, max(sum(self._places.values()), 1)) - len(self._flights)
        while waiting and room > 0:
            number, cell = waiting.popleft()
            job = self._work.job(cell)
            if job is not None:
                self._flights[number] = self._sent(number, cell, job)
                room -= 1

    def _sent(self, number: int, cell: Cell, job: bytes) -> _Flight:
        allowed = frozenset(self._places) if self._unfit else None
        future = self._client.submit(
            carry,
            self._work.portable,
            job,
            self._run,
            number,
            self._work.budget,
            key=f"{self._run}-{number}-{secrets.token_hex(2)}",
            resources={"cell": 1},
            workers=sorted(allowed) if allowed else None,
            priority=-number,
            pure=False,
        )
        future.add_done_callback(lambda _: self._queue.put(("done", number)))
        return _Flight(number, cell, future, allowed)

    def _take(self, what: str, of: Any) -> Iterator[R]:
        if what == "stop":
            self._stop()
        elif what == "done":
            if of in self._flights:
                yield from self._done(self._flights[of])
        elif (flight := self._flights.get(of["number"])) is None:
            return  # of one that was given up meanwhile
        elif what == "taken":
            flight.ran_on.append(of["name"])
            flight.address = of["address"]
        else:
            self._work.started(flight.cell, of["name"])

    def _done(self, flight: _Flight) -> Iterator[R]:
        """Yield what came of a cell; it is nowhere in Dask's memory any more before it is written here."""
        trouble = None
        try:
            archive = flight.future.result(timeout=_GATHER_S)
        except TimeoutError:  # lost with its worker: it is run again
            flight.future.add_done_callback(lambda _: self._queue.put(("done", flight.number)))
            return
        except KilledWorker as exc:
            trouble = WorkerError(_killed(flight, exc))
        except CancelledError as exc:
            raise self._gone() from exc
        except WorkerUnfit as exc:
            if flight.address not in self._unfit:
                self._work.warn(f"it gets no more cells of this run: {exc}")
            self._unfit[flight.address] = str(exc)
            self._looked, trouble = 0.0, exc
        except WorkerError as exc:
            trouble = exc
        except ModuleNotFoundError as exc:
            trouble = WorkerError(f"its worker has another Python environment than the runner: {exc}")
        self._drop(flight)
        yield (
            self._work.accept(flight.cell, archive)
            if trouble is None
            else self._work.lost(flight.cell, trouble)
        )

    def _drop(self, flight: _Flight) -> None:
        del self._flights[flight.number]
        flight.future.release()

    def _stop(self) -> None:
        """End the cells under way, which come back as cancelled, and forget those that wait for a place."""
        for flight in list(self._flights.values()):
            if not flight.ran_on:
                flight.future.cancel()
                self._drop(flight)
        # A worker that does not answer holds up nothing.
        Thread(target=self._tell_stop, name="cab-dask-stop", daemon=True).start()

    def _tell_stop(self) -> None:
        with suppress(Exception):
            self._client.run(stop_run, self._run, on_error="ignore")

    def _leave(self) -> None:
        """Leave nothing on the scheduler: cells under way are ended there."""
        with suppress(Exception):
            for flight in self._flights.values():
                flight.future.cancel()
            self._client.unsubscribe_topic(self._run)
            if self._work.budget:
                self._client.unregister_scheduler_plugin(f"{self._run}-budget")

    def _gone(self) -> WorkerError:
        n = len(self._flights)
        return WorkerError(f"the Dask scheduler is gone, with {n} cells under way: the same command goes on")


def _killed(flight: _Flight, exc: KilledWorker) -> str:
    on = f", {', '.join(dict.fromkeys(flight.ran_on))}" if flight.ran_on else ""
    return f"{exc.allowed_failures + 1} workers died while they ran it{on}; it is not tried on another"
