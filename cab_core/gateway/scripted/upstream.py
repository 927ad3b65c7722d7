"""A scripted model as an upstream: its replies in the form of chat completions, streamed or not.

Its token counts are made up but exact: a quarter of the characters, rounded up.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from cab_core.errors import PluginCrash
from cab_core.plugins.protocols import Reply

from ..answer import Answer
from ..upstream import Throttle
from ..wire import parse_object
from .context import ScriptContext
from .personas import Persona


class ScriptedUpstream(Throttle):
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
    async def ask(self, path: str, headers: Mapping[str, str], body: bytes) -> AsyncIterator[Answer]:
        """Answer a call."""
        request = parse_object(body)
        reply = await self._reply(request)
        if isinstance(reply, Answer):
            yield reply
        elif request.get("stream"):
            yield Answer(200, {"Content-Type": "text/event-stream"}, _events(self._model, request, reply))
        else:
            yield Answer(
                200, {"Content-Type": "application/json"}, _once(_completion(self._model, request, reply))
            )

    async def _reply(self, request: Mapping[str, Any]) -> Reply | Answer:
        """Ask the persona. A dialect that crashes is told of, and ends the CLI, which need not try again."""
        try:
            return await self._persona(self._context, request)
        except PluginCrash as crash:
            self._crashed(crash)
            said = {"error": {"message": "the plugin's dialect crashed", "type": "scripted"}}
            return Answer(400, {"Content-Type": "application/json"}, _once(said))

    def redact(self, data: bytes) -> bytes:
        """Return `data`: there is no credential."""
        return data

    def watch(self) -> Callable[[bytes], bool]:
        """Return what finds nothing: there is no credential."""
        return lambda _: False

    async def aclose(self) -> None:
        """Nothing is held."""


def usage_of_reply(request: Mapping[str, Any], reply: Reply) -> dict[str, int]:
    """Return the made-up usage of a reply."""
    prompt = _tokens(json.dumps(request.get("messages", [])))
    completion = _tokens(reply.text + (json.dumps(reply.tool[1]) if reply.tool else ""))
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def _tokens(text: str) -> int:
    return -(-len(text) // 4)


def _message(request: Mapping[str, Any], reply: Reply) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.text}
    if reply.tool:
        name, arguments = reply.tool
        number = len(request.get("messages", []))
        function = {"name": name, "arguments": json.dumps(arguments)}
        message["tool_calls"] = [{"id": f"call_{number}", "type": "function", "function": function}]
    return message


def _head(model: str, kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-scripted", "object": kind, "created": 0, "model": model}


def _completion(model: str, request: Mapping[str, Any], reply: Reply) -> dict[str, Any]:
    choice = {"index": 0, "message": _message(request, reply), "finish_reason": _finish(reply)}
    return {**_head(model, "chat.completion"), "choices": [choice], "usage": usage_of_reply(request, reply)}


def _finish(reply: Reply) -> str:
    return "tool_calls" if reply.tool else "stop"


async def _once(data: dict[str, Any]) -> AsyncIterator[bytes]:
    yield json.dumps(data).encode()


async def _events(model: str, request: Mapping[str, Any], reply: Reply) -> AsyncIterator[bytes]:
    head = _head(model, "chat.completion.chunk")
    delta = _message(request, reply)
    for number, call in enumerate(delta.get("tool_calls", ())):
        call["index"] = number
    yield _event({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
    yield _event({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": _finish(reply)}]})
    if (request.get("stream_options") or {}).get("include_usage"):
        yield _event({**head, "choices": [], "usage": usage_of_reply(request, reply)})
    yield b"data: [DONE]\n\n"


def _event(data: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(data).encode() + b"\n\n"
