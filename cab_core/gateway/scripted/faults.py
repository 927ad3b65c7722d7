"""The personas that are no model but a broken endpoint."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import attrs

from cab_core.plugins.protocols import Reply

from .context import ScriptContext

_PAUSE_S = 0.02
_PIECE = "All work and no play makes Jack a dull boy.\n" * 90  # about 4 KiB: 200 KB a second
_PIECES = 256  # to a client that does not stream: 1 MiB


@attrs.frozen
class Failure:
    """An answer that is an error."""

    status: int
    message: str


@attrs.frozen
class Endless:
    """An answer without end. `whole`: what stands for it where nothing is streamed."""

    piece: str = _PIECE

    @property
    def whole(self) -> str:
        """A long text."""
        return self.piece * _PIECES

    async def pieces(self) -> AsyncIterator[str]:
        """Yield the piece for ever."""
        while True:
            yield self.piece
            await asyncio.sleep(_PAUSE_S)


async def hang(context: ScriptContext, request: Mapping[str, Any]) -> Reply:
    """Never answer."""
    await asyncio.Event().wait()
    raise AssertionError("unreachable")


async def error(context: ScriptContext, request: Mapping[str, Any]) -> Failure:
    """Fail every call with HTTP 500."""
    return Failure(500, "scripted:error always fails")


async def flood(context: ScriptContext, request: Mapping[str, Any]) -> Endless:
    """Answer without end, until a limit comes; to a client that does not stream, at great length."""
    return Endless()
