"""Anthropic's messages.

Source: https://docs.anthropic.com/en/api/messages and .../messages-streaming (2026-11).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cab_core.plugins.protocols import Reply
from cab_core.plugins.wire_protocol import Asked, Operation, Reading
from cab_core.records import Usage

from ..chat_form import call, dumped, function, message, objects, texts_of
from ..run_elsewhere import addresses, fields, tools, typed
from .asked import asked_in, has_messages
from .messages_answer import messages_message
from .messages_reading import MessagesReading
from .scripted import event, tokens

_CALL, _COUNT, _LIST = "/v1/messages", "/v1/messages/count_tokens", "/v1/models"
# Types of tools that Anthropic has a schema for, and the CLI runs; a search among tools reaches nothing else.
_RUN_BY_THE_CLI = re.compile(r"(function|custom)$|(bash|text_editor|computer|memory|tool_search_tool)_")
# How Anthropic names an error by its status.
_KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}


class AnthropicMessages:
    """Messages. Usage comes in two events, and its input is without what a cache held."""

    name = "anthropic-messages"
    base = ""  # CLIs add /v1 themselves
    provider = "anthropic"
    end_mark: bytes | None = None
    named = True
    written: Sequence[str] = ("text", "thinking", "partial_json")
    noise: Sequence[str] = ()
    parameters: Mapping[str, Sequence[str]] = {
        "max_tokens": ("max_tokens",),
        "temperature": ("temperature",),
        "top_p": ("top_p",),
        "top_k": ("top_k",),
        "stop": ("stop_sequences",),
        "reasoning_effort": ("output_config.effort",),
    }
    spoken: Sequence[tuple[str, str]] = (("POST", _CALL), ("POST", _COUNT), ("GET", _LIST))

    def operation(self, method: str, path: str, query: str = "") -> Operation | None:
        """Return what is asked for."""
        if method == "POST" and path in (_CALL, _COUNT):
            return Operation(kind="call" if path == _CALL else "count", path=path.removeprefix("/v1/"))
        if method == "GET" and path == _LIST:
            return Operation(kind="models", path="models")
        if method == "GET" and path.startswith(f"{_LIST}/"):
            return Operation(kind="model", path=path.removeprefix("/v1/"))
        return None

    def read(self, operation: Operation, body: bytes) -> Asked:
        """Read a request once. What others could read in another way names no model."""
        return asked_in(body, has_messages)

    def reading(self) -> Reading:
        """Return what reads one answer."""
        return MessagesReading()

    def is_ours(self, event: dict[str, Any]) -> bool:
        """Return False: nothing is added."""
        return False

    def credential(self, key: str) -> dict[str, str]:
        """Return the header that carries a key."""
        return {"x-api-key": key}

    def error(self, status: int, message: str, kind: str) -> dict[str, Any]:
        """Return the body of a refusal; clients look at `type` and know no other words than Anthropic's."""
        said = {"type": _KINDS.get(status, "api_error"), "message": message}
        return {"type": "error", "error": said, "cab": kind}

    def listing(self, model: str) -> dict[str, Any]:
        """Return the list of models with one in it."""
        return {"data": [self.entry(model)], "has_more": False, "first_id": model, "last_id": model}

    def entry(self, model: str) -> dict[str, Any]:
        """Return what is told of one model."""
        head = {"type": "model", "id": model, "display_name": model, "lifecycle": "active"}
        return {**head, "created_at": "1970-01-01T00:00:00Z"}  # by which Anthropic says that it is not known

    def as_chat(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return system and messages, blocks of tools as calls and results, and the tools."""
        tools = [
            function(t.get("name"), t.get("description"), t.get("input_schema"))
            for t in objects(request, "tools")
        ]
        return {**request, "messages": list(_messages(request)), "tools": tools}

    def as_message(self, events: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Return an answer as one message."""
        return messages_message(events)

    def run_by_vendor(self, request: dict[str, Any]) -> list[str]:
        """Return tools that are not known to be run by the CLI, servers to be asked, and addresses."""
        kinds = tools(request, lambda t: typed(t, lambda k: _RUN_BY_THE_CLI.match(k) is not None))
        return [*fields(request), *kinds, *addresses(request)]

    def whole(self, model: str, request: dict[str, Any], reply: Reply, usage: Usage) -> dict[str, Any]:
        """Return the whole answer of a scripted model."""
        blocks: list[dict[str, Any]] = [{"type": "text", "text": reply.text}] if reply.text else []
        blocks += [_tool_use(request, reply.tool)] if reply.tool else []
        return {**_head(model, request, usage), "content": blocks, "stop_reason": _stop(reply)}

    def opening(self, model: str, request: dict[str, Any]) -> Iterator[bytes]:
        """Yield the start of the message, and of its text."""
        head = _head(model, request, Usage(prompt=0, completion=0))
        yield _event({"type": "message_start", "message": head})
        block = {"type": "text", "text": ""}
        yield _event({"type": "content_block_start", "index": 0, "content_block": block})

    def piece(self, model: str, text: str) -> bytes:
        """Return an event with a piece of text."""
        delta = {"type": "text_delta", "text": text}
        return _event({"type": "content_block_delta", "index": 0, "delta": delta})

    def closing(self, model: str, request: dict[str, Any], reply: Reply, usage: Usage) -> Iterator[bytes]:
        """Yield the end of the text, the tool call, the usage, and the end."""
        yield _event({"type": "content_block_stop", "index": 0})
        if reply.tool:
            block = _tool_use(request, reply.tool)
            begun = {**block, "input": {}}
            yield _event({"type": "content_block_start", "index": 1, "content_block": begun})
            delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
            yield _event({"type": "content_block_delta", "index": 1, "delta": delta})
            yield _event({"type": "content_block_stop", "index": 1})
        ended = {"stop_reason": _stop(reply), "stop_sequence": None}
        yield _event({"type": "message_delta", "delta": ended, "usage": _usage(usage)})
        yield _event({"type": "message_stop"})

    def counted(self, tokens: int) -> dict[str, Any]:
        """Return how many tokens a conversation has."""
        return {"input_tokens": tokens}


def _messages(request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if system := list(texts_of(request.get("system"))):
        yield message("system", system)
    for said in objects(request, "messages"):
        role, content = str(said.get("role")), said.get("content")
        blocks = objects(said, "content")
        for block in blocks:
            if block.get("type") == "tool_result":
                texts = list(texts_of(block.get("content")))
                failed = {"failed": block["is_error"]} if isinstance(block.get("is_error"), bool) else {}
                yield {**message("tool", texts), "tool_call_id": block.get("tool_use_id"), **failed}
        calls = [
            call(b.get("id"), b.get("name"), dumped(b.get("input")))
            for b in blocks
            if b.get("type") == "tool_use"
        ]
        texts = list(texts_of(content))
        if texts or calls or not blocks:
            yield message(role, texts, calls)


def _number(request: Mapping[str, Any]) -> int:
    """Return what no other answer of the conversation has: clients take one id for one message."""
    return len(objects(request, "messages"))


def _head(model: str, request: Mapping[str, Any], usage: Usage) -> dict[str, Any]:
    head = {"id": f"msg_{_number(request)}", "type": "message", "role": "assistant", "model": model}
    return {**head, "content": [], "stop_reason": None, "stop_sequence": None, "usage": _usage(usage)}


def _tool_use(request: Mapping[str, Any], tool: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    name, arguments = tool
    return {
        "type": "tool_use",
        "id": f"toolu_{_number(request)}",
        "name": name,
        "input": arguments,
    }


def _stop(reply: Reply) -> str:
    return "tool_use" if reply.tool else "end_turn"


def _usage(usage: Usage) -> dict[str, int]:
    read, written = tokens(usage)
    return {"input_tokens": read, "output_tokens": written}


def _event(data: dict[str, Any]) -> bytes:
    return event(data, data["type"])
