"""A scripted model as an upstream: its replies in whichever protocol it was asked, streamed or not.

Its token counts are made up but exact: a quarter of the characters, rounded up.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from cab_core.errors import PluginCrash
from cab_core.plugins.protocols import Reply
from cab_core.records import Usage

from ..answer import Answer
from ..json_body import parse_object
from ..unkeyed import Unkeyed, json_answer
from ..upstream import Outgoing
from .context import ScriptContext
from .faults import Endless, Failure
from .personas import Persona

_EVENTS = {"Content-Type": "text/event-stream"}


class ScriptedUpstream(Unkeyed):
    """Answers the calls of one cell out of a persona."""

    name = "scripted"

    def __init__(
        self,
        model: str,
        persona: Persona,
        context: ScriptContext,
        crashed: Callable[[PluginCrash], None] = lambda _: None,
    ) -> None:
        super().__init__()
        self._model, self._persona, self._context, self._crashed = model, persona, context, crashed

    @asynccontextmanager
    async def ask(self, out: Outgoing) -> AsyncIterator[Answer]:
        """Answer a call."""
        protocol, request = out.protocol, parse_object(out.body or b"")
        chat = protocol.as_chat(request)
        if out.operation.kind == "count":
            yield json_answer(200, protocol.counted(_input(chat)))
            return
        stream = protocol.read(out.operation, out.body or b"").stream
        reply = await self._reply(chat)
        if isinstance(reply, Failure):
            yield json_answer(reply.status, protocol.error(reply.status, reply.message, "scripted"))
        elif isinstance(reply, Endless) and stream:
            yield Answer(200, _EVENTS, self._without_end(out, request, reply))
        else:
            said = Reply(text=reply.whole) if isinstance(reply, Endless) else reply
            usage = usage_of_reply(chat, said)
            if stream:
                yield Answer(200, _EVENTS, self._events(out, request, said, usage))
            else:
                yield json_answer(200, protocol.whole(self._model, request, said, usage))

    async def _reply(self, chat: Mapping[str, Any]) -> Reply | Failure | Endless:
        """Ask the persona. A dialect that crashes is told of, and ends the CLI, which need not try again."""
        try:
            return await self._persona(self._context, chat)
        except PluginCrash as crash:
            self._crashed(crash)
            return Failure(400, "the plugin's dialect crashed")

    async def _events(
        self, out: Outgoing, request: dict[str, Any], reply: Reply, usage: Usage
    ) -> AsyncIterator[bytes]:
        for event in out.protocol.opening(self._model, request):
            yield event
        if reply.text:
            yield out.protocol.piece(self._model, reply.text)
        for event in out.protocol.closing(self._model, request, reply, usage):
            yield event

    async def _without_end(
        self, out: Outgoing, request: dict[str, Any], reply: Endless
    ) -> AsyncIterator[bytes]:
        for event in out.protocol.opening(self._model, request):
            yield event
        async for text in reply.pieces():
            yield out.protocol.piece(self._model, text)


def usage_of_reply(chat: Mapping[str, Any], reply: Reply) -> Usage:
    """Return the made-up usage of a reply."""
    return Usage(
        prompt=_input(chat),
        completion=_tokens(reply.text + (json.dumps(reply.tool[1]) if reply.tool else "")),
    )


def _input(chat: Mapping[str, Any]) -> int:
    return _tokens(json.dumps(chat.get("messages", [])))


def _tokens(text: str) -> int:
    return -(-len(text) // 4)
