"""One endpoint's budget for the workers of a run: kept in one place, asked from all of them.

An executor puts a `SharedBudget` where all of its workers reach it, and carries their questions there.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from typing import Any

import attrs

from cab_core.plugins.work import Ask

from .budget import Budget, Throttle
from .upstream import EndpointUpstream


class SharedBudget:
    """Lives in one event loop. A call that may go out is its worker's until that says so, or is gone."""

    def __init__(self) -> None:
        self._throttles: dict[str, Throttle] = {}
        # By worker and call: the throttle, and what waits until that lets the call out.
        self._calls: dict[str, dict[str, tuple[Throttle, asyncio.Future[float]]]] = {}

    async def answer(self, who: str, question: Mapping[str, Any]) -> float:
        """Return the answer to what `carry_out` asks on the worker `who`; it may be long in coming."""
        throttle = self._throttle(question["endpoint"], question["budget"])
        if question["do"] == "enter":
            return await self._enter(who, question["call"], throttle)
        if question["do"] == "leave":
            self._leave(who, question["call"], question["tokens"])
        elif question["do"] == "pause":
            throttle.pause(question["seconds"])
        return 0.0

    def gone(self, who: str) -> None:
        """Take that a worker is gone, and its calls with it."""
        for call in list(self._calls.get(who, ())):
            self._leave(who, call, 0)
        self._calls.pop(who, None)

    def _throttle(self, endpoint: str, budget: Mapping[str, Any]) -> Throttle:
        if endpoint not in self._throttles:
            self._throttles[endpoint] = Throttle(Budget(**budget))
        return self._throttles[endpoint]

    async def _enter(self, who: str, call: str, throttle: Throttle) -> float:
        waiting = asyncio.ensure_future(throttle.enter())
        self._calls.setdefault(who, {})[call] = throttle, waiting
        try:
            return await waiting
        except asyncio.CancelledError:
            return 0.0  # it was left before it was let out: nobody waits for this any more

    def _leave(self, who: str, call: str, tokens: int) -> None:
        throttle, waiting = self._calls.get(who, {}).pop(call, (None, None))
        if throttle is None or waiting is None:
            return
        if waiting.done():
            throttle.leave(tokens)
        else:
            waiting.cancel()


class SharedEndpoint(EndpointUpstream):
    """An endpoint whose budget is kept elsewhere. What is asked of it runs in the gateway's loop."""

    def __init__(self, ask: Ask, budget: Budget, **endpoint: Any) -> None:
        super().__init__(**endpoint)
        self._ask, self._shared = ask, attrs.asdict(budget)
        self._held: list[str] = []  # calls that were let out: which of them ends is all the same
        self._telling: set[asyncio.Future[float]] = set()

    async def enter(self) -> float:
        """Wait until a call of this worker may go out; return the seconds waited."""
        call = secrets.token_hex(8)
        try:
            waited = await self._question("enter", call=call)
        except BaseException:
            self._tell("leave", call=call, tokens=0)
            raise
        self._held.append(call)
        return waited

    def leave(self, tokens: int) -> None:
        """Note that a call has ended, and how many tokens it took."""
        self._tell("leave", call=self._held.pop(), tokens=tokens)

    def pause(self, seconds: float) -> None:
        """Let no call of any worker go out for so long: the endpoint asked for it."""
        self._tell("pause", seconds=seconds)

    async def _question(self, do: str, **more: Any) -> float:
        return await self._ask({"do": do, "endpoint": self.base_url, "budget": self._shared, **more})

    def _tell(self, do: str, **more: Any) -> None:
        """Say what needs no answer."""
        telling = asyncio.ensure_future(self._question(do, **more))
        self._telling.add(telling)
        telling.add_done_callback(self._told)

    def _told(self, telling: asyncio.Future[float]) -> None:
        self._telling.discard(telling)
        if not telling.cancelled():
            telling.exception()  # whoever keeps the budget is gone, and with it the run
