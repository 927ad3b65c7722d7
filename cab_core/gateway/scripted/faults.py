"""The personas that are no model but a broken endpoint."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from cab_core.plugins.protocols import Reply

from ..answer import Answer
from .context import ScriptContext

_PAUSE_S = 0.02
_PIECE = "All work and no play makes Jack a dull boy.\n" * 90  # about 4 KiB: 200 KB a second
_LONG = _PIECE * 256  # 1 MiB


async def hang(context: ScriptContext, request: Mapping[str, Any]) -> Reply:
    """Never answer."""
    await asyncio.Event().wait()
    raise AssertionError("unreachable")


async def error(context: ScriptContext, request: Mapping[str, Any]) -> Answer:
    """Fail every call with HTTP 500."""
    return Answer(500, {"Content-Type": "application/json"}, _failure())


async def flood(context: ScriptContext, request: Mapping[str, Any]) -> Reply | Answer:
    """Answer without end, until a limit comes; to a client that does not stream, at great length."""
    if not request.get("stream"):
        return Reply(text=_LONG)
    return Answer(200, {"Content-Type": "text/event-stream"}, _endless(str(request.get("model"))))


async def _failure() -> AsyncIterator[bytes]:
    yield json.dumps({"error": {"message": "scripted:error always fails", "type": "scripted"}}).encode()


async def _endless(model: str) -> AsyncIterator[bytes]:
    choice = {"index": 0, "delta": {"role": "assistant", "content": _PIECE}, "finish_reason": None}
    head = {"id": "chatcmpl-scripted", "object": "chat.completion.chunk", "created": 0, "model": model}
    event = b"data: " + json.dumps({**head, "choices": [choice]}).encode() + b"\n\n"
    while True:
        yield event
        await asyncio.sleep(_PAUSE_S)
