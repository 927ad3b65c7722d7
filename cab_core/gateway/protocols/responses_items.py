"""Of what a scripted model's responses are made: items, events, and the tools that were offered to it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from cab_core.records import Usage

from ..chat_form import objects
from .scripted import event, tokens

# What a model calls, as items of an answer and of the conversation that is sent again.
CALLS = {"function_call": "arguments", "custom_tool_call": "input"}
PLACE = {"item_id": "msg_0", "output_index": 0, "content_index": 0}  # of the one message
PIECE = 4  # the number of the event with its text


def offered(request: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], str | None]]:
    """Yield the tools that have a name, each with its namespace (codex puts a server's tools into one)."""
    for tool in objects(request, "tools"):
        if tool.get("type") == "namespace":
            name = tool.get("name")
            yield from ((inner, str(name)) for inner in objects(tool, "tools") if inner.get("name"))
        elif tool.get("name"):
            yield tool, None


def name_of(tool: Mapping[str, Any], space: object) -> object:
    """Return the name of a tool with its namespace in front, without which two may have the same."""
    return f"{space}__{tool.get('name')}" if isinstance(space, str) and space else tool.get("name")


def head_of(model: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """Return what every state of a response begins with."""
    head = {"id": "resp_scripted", "object": "response", "created_at": 0, "model": model, "error": None}
    asked = {"tools": objects(request, "tools"), "tool_choice": "auto", "parallel_tool_calls": True}
    return {**head, **asked, "incomplete_details": None}


def _number(request: Mapping[str, Any]) -> int:
    return len(objects(request, "input"))


def part_of(text: str) -> dict[str, Any]:
    """Return the one part of a message."""
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def message_item(text: str) -> dict[str, Any]:
    """Return a message."""
    head = {"id": "msg_0", "type": "message", "role": "assistant", "status": "completed"}
    return {**head, "content": [part_of(text)]}


def call_events(item: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the events of a tool call, which follows the message."""
    field, place = CALLS[item["type"]], {"output_index": 1}
    kind = f"response.{'function_call' if field == 'arguments' else 'custom_tool_call'}_{field}"
    piece = {**place, "item_id": item["id"]}
    ended = {"name": item["name"]} if field == "arguments" else {}
    return [
        {"type": "response.output_item.added", **place, "item": {**item, field: "", "status": "in_progress"}},
        {"type": f"{kind}.delta", **piece, "delta": item[field]},
        {"type": f"{kind}.done", **piece, **ended, field: item[field]},
        {"type": "response.output_item.done", **place, "item": item},
    ]


def call_item(request: Mapping[str, Any], tool: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """Return a call of a tool, in the form that the tool has: with a schema, or a grammar."""
    name, arguments = tool
    fitting = ((t, s) for t, s in offered(request) if name_of(t, s) == name)
    made, space = next(fitting, ({"name": name}, None))
    n = _number(request)
    head = {"id": f"fc_{n}", "call_id": f"call_{n}", "name": made["name"], "status": "completed"}
    head |= {"namespace": space} if space else {}
    if made.get("type") == "custom":
        return {**head, "type": "custom_tool_call", "input": str(arguments.get("input", ""))}
    return {**head, "type": "function_call", "arguments": json.dumps(arguments)}


def usage_said(usage: Usage) -> dict[str, Any]:
    """Return what is told of usage."""
    read, written = tokens(usage)
    return {
        "input_tokens": read,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": written,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": read + written,
    }


def numbered(events: list[dict[str, Any]], first: int) -> Iterator[bytes]:
    """Yield events as they are sent, numbered from `first`."""
    for number, data in enumerate(events, first):
        yield event({**data, "sequence_number": number}, data["type"])
