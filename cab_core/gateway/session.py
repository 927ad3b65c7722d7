"""One cell's account at the gateway: its token, its limits, its calls."""

from __future__ import annotations

import asyncio
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import attrs

from cab_core.plugins.protocols import StopSignal
from cab_core.plugins.wire_protocol import Asked, WireProtocol
from cab_core.records import (
    CallSums,
    CellKey,
    Json,
    Limits,
    ModelCall,
    Observed,
    StopReason,
)
from cab_core.store.recorded import RecordedCalls

from .activity import Activity, activity
from .call_file import CallFile
from .in_turn import InTurn
from .in_vain import InVain
from .observed import Watch
from .parameters import Parameters
from .passed_on import ClientHeaders
from .price import Price
from .price_table import TablePrice
from .routing import routing_fields, routing_query
from .spent import Spent
from .turned_away import TurnedAway

if TYPE_CHECKING:
    from cab_core.wire.writer import WireWriter

    from .call import Call
    from .upstream import Upstream


def new_token() -> str:
    """Return a token for one cell: it opens the gateway while that cell runs, and nothing else."""
    return f"cab-{secrets.token_hex(20)}"


_REFUSED = 64 << 20  # bytes of requests that are no calls
_SLOTS = 16  # calls of one cell at once


class CellSession:
    """What the gateway knows of a cell while it runs. Of calls that have ended it holds their sums alone."""

    def __init__(
        self,
        *,
        token: str,
        model: str,
        protocol: WireProtocol,
        upstream: Upstream,
        limits: Limits,
        record: Path,
        stop: StopSignal,
        price: Price | TablePrice | None = None,
        on_call: Callable[[ModelCall], None] = lambda _: None,
        crashed: Callable[[BaseException], bool] = lambda _: False,
        texts: Mapping[tuple[str, str], str] | None = None,
        params: Mapping[str, Json] | None = None,
        cell: CellKey | None = None,
        sealed: bool = False,
        wire: WireWriter | None = None,
    ) -> None:
        """Open an account. `sealed`: the agent has no network, nor is it to have one through its model.

        `wire`: the record of its calls, whole; it ends with the account.
        """
        self.token, self.cell, self.sealed = token, cell, sealed
        self.model, self.protocol, self.upstream = model, protocol, upstream
        self.limits, self.stop = limits, stop
        self.deadline = time.monotonic() + limits.wall_s
        self.sums = CallSums()
        self.under_way: dict[int, Call] = {}
        self.tasks: set[asyncio.Task[object]] = set()
        self.closed = self.ending = False
        # Where tokens or dollars are limited, one call ends before the next begins: no overshoot.
        self.slots = asyncio.Semaphore(1 if limits.tokens or limits.usd else _SLOTS)
        self.other_models, self.other_paths = TurnedAway(), TurnedAway()
        self.other_routes, self.vendor_tools = TurnedAway(), TurnedAway()
        self.wire, self.writing = wire, InTurn()
        self.client, self._params = ClientHeaders(), params or {}
        self.parameters = Parameters(protocol, self._params)
        self.watch = Watch(texts)
        self.in_vain = InVain()
        self.key_echoed = False  # in an answer: the agent has seen it
        self._on_call = on_call
        self.crashed = crashed  # takes an exception, and says whether it is the protocol's own
        self._file, self._spent = CallFile(record), Spent(price)
        self._refused = 0  # bytes of requests
        self._lock = threading.Lock()

    @property
    def running(self) -> bool:
        """True until the cell's end: who hangs up before that is the CLI."""
        over = self.ending or self.stop.is_set() or time.monotonic() >= self.deadline
        return not over

    @property
    def answered(self) -> bool:
        """True where the model has answered a call of this cell."""
        return self.sums.answered

    @property
    def calls(self) -> RecordedCalls:
        """The calls that have ended, as they stand in the cell's file."""
        return self._file.calls

    @property
    def lost(self) -> OSError | None:
        """Why a call could not be recorded: no further one is admitted."""
        return self._file.lost

    @property
    def has_enough(self) -> bool:
        """True where so much was refused that no more is read: reading holds up all cells."""
        return self._refused > _REFUSED

    def activity(self) -> Activity:
        """Return what the calls are doing now; safe to call from any thread."""
        with self._lock:
            spent = self.sums.tokens
        return activity(list(self.under_way.values()), self._spent.calls, spent)

    def refuse(self, asked: Asked, query: str, size: int) -> tuple[int, str, str] | None:
        """Return why a request is not for this cell's model: (status, message, kind), or None.

        A cell is one model; what another answers, or that there is none of that name, is not its. How calls
        are routed is said by the cell's parameters alone.
        """
        if asked.model == self.model and self.parameters.is_clear(asked.request):
            said = [*([dict(parse_qsl(query))] if query else []), asked.request]
            routes = [name for found in said for name in routing_fields(found, self._params)]
            routes += routing_query(query) if query else []
            if routes:
                return self._refuse_routes(routes, size)
            tools = self.protocol.run_by_vendor(asked.request) if self.sealed else []
            return self._refuse_tools(tools, size) if tools else None
        self._refused += size
        if asked.model in (None, self.model):
            wanted = "a JSON object, every key of it once; it names a model, and `stream` is true or false"
            return 400, f"cab: expected {wanted}", "cab_request"
        self.other_models.add(asked.model)
        return 404, f"cab: this cell's model is {self.model!r}", "cab_model"

    def _refuse_routes(self, names: list[str], size: int) -> tuple[int, str, str]:
        self._refused += size
        for name in names:
            self.other_routes.add(name)
        named = ", ".join(names)[:200]
        return 400, f"cab: {named}: how a call is routed is set by its cell's model parameters", "cab_request"

    def _refuse_tools(self, names: list[str], size: int) -> tuple[int, str, str]:
        self._refused += size
        for name in names:
            self.vendor_tools.add(ascii(name)[1:-1])
        named = ", ".join(names)[:200]
        return (
            400,
            f"cab: {named}: who serves the model would run or fetch it, and this cell has no network",
            "cab_request",
        )

    def admit(self) -> int | StopReason:
        """Return the number of a new call, or the limit that forbids it (which stops the agent)."""
        if self.closed:
            return "cancelled"
        with self._lock:
            limit = self._spent.reached(self.limits)
            if limit is None:
                self._spent.calls += 1
                return self._spent.calls
        self.stop.stop(limit)
        return limit

    def ended(self, call: ModelCall, size: int) -> None:
        """Take a call that has ended: on disk at once, then to whoever listens.

        `size`: bytes that went to and fro.

        Raises:
            OSError: it cannot be recorded.
        """
        if self._spent.price is not None:
            call = attrs.evolve(call, usd=self._spent.price.of(call))
        with self._lock:
            self.sums.add(call)
            self.in_vain.ended(call)
            self._spent.add(call, size)
            try:
                self._file.write(call)
            except OSError:
                self.closed = True
                raise
        self._on_call(call)

    def close(self) -> None:
        """End the record; no further call is admitted."""
        with self._lock:
            self.closed = True
            self._file.close()
        if self.wire is not None:
            self.wire.close()

    def turned_away(self) -> list[str]:
        """Return what the CLI asked for that is not to be had here, in sentences."""
        said = []
        if self.other_paths:
            said.append(f"the CLI asked for {self.other_paths}, which this gateway does not speak")
        if self.other_models:
            models = self.other_models
            said.append(f"the CLI asked for other models than the cell's, and was refused: {models}")
        if self.other_routes:
            said.append(
                "the CLI set how its calls are routed, which only a cell's model parameters may, "
                f"and was refused: {self.other_routes}"
            )
        if self.vendor_tools:
            said.append(
                "the CLI asked for what whoever serves the model runs or fetches, which would be a way out "
                f"of the seal, and was refused: {self.vendor_tools}"
            )
        return said

    def observed(self) -> Observed:
        """Return what the wire showed, as it was: see `secrets` for what may be written of it."""
        return self.watch.record()

    def notes(self) -> list[str]:
        """Return what could not be enforced or had, and what a reader should know of the endpoint."""
        notes = self.turned_away() + self.in_vain.notes()
        notes += self.wire.notes() if self.wire is not None else []
        if self.key_echoed:
            notes.append(
                "the endpoint repeated its key in an answer, which the agent was given as it came; "
                "what was written of it holds [key] in its place"
            )
        if self.limits.usd is not None and self._spent.price is None:
            notes.append("a limit in USD was set, but the model has no price: it could not be enforced")
        unknown = self.sums.count and not self.sums.usage_known
        if self.limits.tokens is not None and unknown and not self._spent.unsaid:
            notes.append(
                "a limit on tokens was set, but the upstream reported no usage: it could not be enforced"
            )
        return notes
