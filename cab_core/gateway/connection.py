"""What aiohttp's client does not tell by itself of a connection and of what came on it."""

from __future__ import annotations

from contextvars import ContextVar
from functools import partial
from typing import Any, cast

import aiohttp
from aiohttp.client_proto import ResponseHandler


class Connection(ResponseHandler):
    """Keeps one timer for the longest time without a byte, where aiohttp makes a new one with each read."""

    _due = 0.0  # by the loop's clock: when it has been too long

    def _reschedule_timeout(self) -> None:
        if self._read_timeout is None or self._read_timeout_handle is None:
            super()._reschedule_timeout()
        if self._read_timeout is not None:
            self._due = self._loop.time() + self._read_timeout

    def _on_read_timeout(self) -> None:
        if self._loop.time() < self._due:
            self._read_timeout_handle = self._loop.call_at(self._due, self._on_read_timeout)
        else:
            super()._on_read_timeout()


class Connector(aiohttp.TCPConnector):
    """Tells whether the call that is being sent had a new connection made, or goes out on a kept one."""

    def __init__(self) -> None:
        super().__init__(limit=0)
        self._factory = cast("partial[ResponseHandler]", partial(Connection, loop=self._loop))
        self._made: ContextVar[bool] = ContextVar("made", default=False)

    def begin(self) -> None:
        """Begin a call: so far it has had none made."""
        self._made.set(False)

    @property
    def made(self) -> bool:
        """Whether this call had one made."""
        return self._made.get()

    async def _create_connection(self, *args: Any, **more: Any) -> Any:
        self._made.set(True)
        return await super()._create_connection(*args, **more)


class Body:
    """Iterates over the pieces of a body, each as much as has come."""

    def __init__(self, content: aiohttp.StreamReader) -> None:
        self._content, self._taken = content, 0

    def __aiter__(self) -> Body:
        return self

    async def __anext__(self) -> bytes:
        if not (piece := await self._content.readany()):
            raise StopAsyncIteration
        self._taken += len(piece)
        return piece

    def ready(self) -> bool:
        """Return whether the next piece, or the end, is there already."""
        return self._content.is_eof() or self._content.total_bytes > self._taken
