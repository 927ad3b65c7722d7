"""OpenAI's responses.

Source: https://platform.openai.com/docs/api-reference/responses and .../responses-streaming (2026-11).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cab_core.plugins.protocols import Reply
from cab_core.plugins.strict_json import reads_one_way
from cab_core.plugins.wire_protocol import Asked, Operation, Reading
from cab_core.records import Usage

from ..chat_form import objects
from ..run_elsewhere import addresses, fields, tools, typed
from .asked import asked_in, tools_are_objects
from .openai import LIST, OpenAI
from .responses_answer import TEXT, responses_message
from .responses_items import (
    PIECE,
    PLACE,
    call_events,
    call_item,
    head_of,
    message_item,
    numbered,
    part_of,
    usage_said,
)
from .responses_reading import ResponsesReading
from .responses_request import messages, tools_offered

_RUN_BY_THE_CLI = {
    *("function", "custom", "namespace", "local_shell", "shell", "apply_patch"),
    *("computer", "computer_use_preview", "tool_search"),
}
_COUNT = "responses/input_tokens"


class OpenAIResponses(OpenAI):
    """Responses. Usage comes without being asked for; the conversation is in `input`."""

    name = "openai-responses"
    call_path = "responses"
    written: Sequence[str] = ("delta",)
    noise: Sequence[str] = ("sequence_number", "obfuscation")
    parameters: Mapping[str, Sequence[str]] = {
        "max_tokens": ("max_output_tokens",),
        "temperature": ("temperature",),
        "top_p": ("top_p",),
        "reasoning_effort": ("reasoning.effort",),
        "verbosity": ("text.verbosity",),
    }
    spoken: Sequence[tuple[str, str]] = (
        ("POST", "/v1/responses"),
        ("POST", f"/v1/{_COUNT}"),
        ("GET", LIST),
    )

    def operation(self, method: str, path: str, query: str = "") -> Operation | None:
        """Return what is asked for."""
        if (method, path) == ("POST", f"/v1/{_COUNT}"):
            return Operation(kind="count", path=_COUNT)
        return super().operation(method, path, query)

    def read(self, operation: Operation, body: bytes) -> Asked:
        """Read a request once. What others could read in another way names no model."""
        return asked_in(body, _is_sound)

    def reading(self) -> Reading:
        """Return what reads one answer."""
        return ResponsesReading()

    def is_ours(self, event: dict[str, Any]) -> bool:
        """Return False: nothing is added."""
        return False

    def as_chat(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return instructions and items as messages, and the tools, those of a namespace too."""
        found = {**request, "messages": list(messages(request)), "tools": list(tools_offered(request))}
        return {**found, "goes_on": request.get("previous_response_id")}

    def as_message(self, events: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Return an answer as one message."""
        return responses_message(events)

    def run_by_vendor(self, request: dict[str, Any]) -> list[str]:
        """Return tools that are not known to be run by the CLI, those that an item adds, and addresses."""
        offers = [request, *objects(request, "input")]
        return [*fields(request), *(k for o in offers for k in _run_elsewhere(o)), *addresses(request)]

    def whole(self, model: str, request: dict[str, Any], reply: Reply, usage: Usage) -> dict[str, Any]:
        """Return the whole answer of a scripted model."""
        items = [message_item(reply.text)] if reply.text or not reply.tool else []
        items += [call_item(request, reply.tool)] if reply.tool else []
        return {**head_of(model, request), "status": "completed", "output": items, "usage": usage_said(usage)}

    def opening(self, model: str, request: dict[str, Any]) -> Iterator[bytes]:
        """Yield the start of the response, and of the one message in it."""
        begun = {**head_of(model, request), "status": "in_progress", "output": []}
        item = {**message_item(""), "status": "in_progress", "content": []}
        events: list[dict[str, Any]] = [
            {"type": "response.created", "response": begun},
            {"type": "response.in_progress", "response": begun},
            {"type": "response.output_item.added", "output_index": 0, "item": item},
            {"type": "response.content_part.added", **PLACE, "part": part_of("")},
        ]
        yield from numbered(events, 0)

    def piece(self, model: str, text: str) -> bytes:
        """Return an event with a piece of text."""
        return next(numbered([{"type": TEXT[0], **PLACE, "delta": text, "logprobs": []}], PIECE))

    def closing(self, model: str, request: dict[str, Any], reply: Reply, usage: Usage) -> Iterator[bytes]:
        """Yield the end of the message, the tool call, and the whole response."""
        done = message_item(reply.text)
        events: list[dict[str, Any]] = [
            {"type": "response.output_text.done", **PLACE, "text": reply.text, "logprobs": []},
            {"type": "response.content_part.done", **PLACE, "part": done["content"][0]},
            {"type": "response.output_item.done", "output_index": 0, "item": done},
        ]
        items = [done]
        if reply.tool:
            items.append(item := call_item(request, reply.tool))
            events += call_events(item)
        whole = {
            **head_of(model, request),
            "status": "completed",
            "output": items,
            "usage": usage_said(usage),
        }
        yield from numbered([*events, {"type": "response.completed", "response": whole}], PIECE + 1)

    def counted(self, tokens: int) -> dict[str, Any]:
        """Return how many tokens a conversation has."""
        return {"object": "response.input_tokens", "input_tokens": tokens}


def _run_elsewhere(holder: Mapping[str, Any]) -> list[str]:
    """Return tools that are run elsewhere, those within a namespace too."""
    inner = (k for t in objects(holder, "tools") if t.get("type") == "namespace" for k in _run_elsewhere(t))
    return [*tools(holder, _kind_elsewhere), *inner]


def _kind_elsewhere(tool: dict[str, Any]) -> str | None:
    place = tool.get("environment")
    if tool.get("type") == "shell" and place is not None:  # OpenAI has containers of its own for it
        local = isinstance(place, dict) and reads_one_way(place, {"type"}) and place.get("type") == "local"
        return None if local else "shell in a container"
    return typed(tool, _RUN_BY_THE_CLI.__contains__)


def _is_sound(request: dict[str, Any]) -> bool:
    asked = request.get("input")
    items = isinstance(asked, list) and bool(asked) and all(isinstance(i, dict) for i in asked)
    said = items or (isinstance(asked, str) and bool(asked)) or "prompt" in request
    return said and tools_are_objects(request)
