"""How much of an endpoint all cells together may use."""

from __future__ import annotations

import asyncio
import time
from collections import deque

import attrs

_WINDOW_S = 60.0


@attrs.frozen(kw_only=True)
class Budget:
    """Calls at once, and calls and tokens a minute, of all cells together. None: as many as there are."""

    calls_at_once: int | None = None
    calls_per_minute: int | None = None
    tokens_per_minute: int | None = None


class Throttle:
    """Lets calls go out within a budget, and none while the endpoint asked for a pause.

    What a call takes in tokens is known when it has ended: so many as are under way may go beyond it.
    `tries`: how often a call is sent when the upstream says 429 or 5xx, or is not there.
    """

    tries = 4

    def __init__(self, budget: Budget | None = None) -> None:
        self._budget = budget or Budget()
        self._until = 0.0
        self._room = asyncio.Semaphore(self._budget.calls_at_once) if self._budget.calls_at_once else None
        # When the last calls went out, and what ended ones took: no more of it than the budget asks for.
        self._begun: deque[float] = deque(maxlen=self._budget.calls_per_minute or 0)
        self._took: deque[tuple[float, int]] = deque()

    def pause(self, seconds: float) -> None:
        """Let no call go out for so long: the endpoint asked for it."""
        self._until = max(self._until, time.monotonic() + seconds)

    async def enter(self) -> float:
        """Wait until a call may go out; return the seconds waited. Whoever was let in leaves."""
        start, free = time.monotonic(), self._is_free
        if self._room is not None:
            await self._room.acquire()
        try:
            while (left := self._left()) > 0:
                free = False
                await asyncio.sleep(left)
        except BaseException:
            self.leave(0)
            raise
        # Between the last look and this nobody else is let in.
        now = time.monotonic()
        self._begun.append(now)
        return 0.0 if free else now - start

    @property
    def _is_free(self) -> bool:
        return self._room is None or not self._room.locked()

    def leave(self, tokens: int) -> None:
        """Note that a call has ended, and how many tokens it took."""
        if self._room is not None:
            self._room.release()
        if tokens and self._budget.tokens_per_minute is not None:
            self._took.append((time.monotonic(), tokens))

    def _left(self) -> float:
        """Return the seconds until a call may go out, as far as is known by now."""
        now = time.monotonic()
        while self._begun and self._begun[0] <= now - _WINDOW_S:
            self._begun.popleft()
        while self._took and self._took[0][0] <= now - _WINDOW_S:
            self._took.popleft()
        waits = [self._until - now]
        if self._begun and len(self._begun) == self._begun.maxlen:
            waits.append(self._begun[0] + _WINDOW_S - now)
        if self._budget.tokens_per_minute is not None:
            waits.append(self._until_below(self._budget.tokens_per_minute, now))
        return max(waits)

    def _until_below(self, limit: int, now: float) -> float:
        over = sum(n for _, n in self._took) - limit
        for at, n in self._took:
            if over < 0:
                return 0.0
            over -= n
            if over < 0:
                return at + _WINDOW_S - now
        return 0.0
