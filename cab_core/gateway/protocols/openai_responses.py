"""OpenAI's responses.

Source: https://platform.openai.com/docs/api-reference/responses and .../responses-streaming (2026-11).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from cab_core.plugins.protocols import Reply
from cab_core.plugins.wire_protocol import Asked, Operation, Reading
from cab_core.records import Usage

from ..chat_form import call, function, message, objects, texts_of
from ..error_body import error_in
from ..json_body import read_strictly, switches_are_plain
from ..usage import grown, usage_of
from .openai import LIST, OpenAI
from .scripted import event, tokens

# What a model calls, as items of an answer and of the conversation that is sent again.
_CALLS = {"function_call": "arguments", "custom_tool_call": "input"}
_ENDS = ("response.completed", "response.incomplete", "response.failed", "response.cancelled")
_TEXT, _REFUSAL = "response.output_text.delta", "response.refusal.delta"
_REASONING = ("response.reasoning_text.delta", "response.reasoning_summary_text.delta")


class OpenAIResponses(OpenAI):
    """Responses. Usage comes without being asked for; the conversation is in `input`."""

    name = "openai-responses"
    call_path = "responses"
    spoken: Sequence[tuple[str, str]] = (("POST", "/v1/responses"), ("GET", LIST))

    def read(self, operation: Operation, body: bytes) -> Asked:
        """Read a request once. What others could read in another way names no model."""
        request = read_strictly(body, {"model": (), "stream": ()})
        if not switches_are_plain(request.get("stream")):
            request = {}
        model = request.get("model")
        return Asked(
            model=model if isinstance(model, str) else None,
            stream=request.get("stream") is True,
            sound=_is_sound(request),
            request=request,
        )

    def reading(self) -> Reading:
        """Return what reads one answer."""
        return ResponsesReading()

    def is_ours(self, event: dict[str, Any]) -> bool:
        """Return False: nothing is added."""
        return False

    def as_chat(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return instructions and items as messages, and the tools, those of a namespace too."""
        return {**request, "messages": list(_messages(request)), "tools": list(_tools(request))}

    def whole(self, model: str, request: dict[str, Any], reply: Reply, usage: Usage) -> dict[str, Any]:
        """Return the whole answer of a scripted model."""
        items = [_message_item(request, reply.text)] if reply.text or not reply.tool else []
        items += [_call_item(request, reply.tool)] if reply.tool else []
        return {**_head(model), "status": "completed", "output": items, "usage": _usage(usage)}

    def opening(self, model: str, request: dict[str, Any]) -> Iterator[bytes]:
        """Yield the start of the response, and of the one message in it."""
        begun = {**_head(model), "status": "in_progress", "output": []}
        yield _event({"type": "response.created", "response": begun})
        item = {**_message_item(request, ""), "status": "in_progress", "content": []}
        yield _event({"type": "response.output_item.added", "output_index": 0, "item": item})
        part = {"type": "output_text", "text": "", "annotations": []}
        where = {"item_id": item["id"], "output_index": 0, "content_index": 0}
        yield _event({"type": "response.content_part.added", **where, "part": part})

    def piece(self, model: str, text: str) -> bytes:
        """Return an event with a piece of text."""
        return _event(
            {"type": _TEXT, "item_id": "msg_0", "output_index": 0, "content_index": 0, "delta": text}
        )

    def closing(self, model: str, request: dict[str, Any], reply: Reply, usage: Usage) -> Iterator[bytes]:
        """Yield the end of the message, the tool call, and the whole response."""
        done = _message_item(request, reply.text)
        where = {"item_id": done["id"], "output_index": 0, "content_index": 0}
        yield _event({"type": "response.output_text.done", **where, "text": reply.text})
        yield _event({"type": "response.content_part.done", **where, "part": done["content"][0]})
        yield _event({"type": "response.output_item.done", "output_index": 0, "item": done})
        items = [done]
        if reply.tool:
            items.append(item := _call_item(request, reply.tool))
            field = _CALLS[item["type"]]
            begun = {**item, field: "", "status": "in_progress"}
            yield _event({"type": "response.output_item.added", "output_index": 1, "item": begun})
            yield _event({"type": "response.output_item.done", "output_index": 1, "item": item})
        whole = {**_head(model), "status": "completed", "output": items, "usage": _usage(usage)}
        yield _event({"type": "response.completed", "response": whole})


def _is_sound(request: dict[str, Any]) -> bool:
    asked, tools = request.get("input"), request.get("tools")
    items = isinstance(asked, list) and bool(asked) and all(isinstance(i, dict) for i in asked)
    offered = tools is None or (isinstance(tools, list) and all(isinstance(t, dict) for t in tools))
    return offered and (items or (isinstance(asked, str) and bool(asked)) or "prompt" in request)


@attrs.define
class ResponsesReading(Reading):
    """Reads an answer or its events: an event's `type` tells what it holds."""

    def take(self, data: dict[str, Any]) -> bool:
        """Take a whole answer or one event of a stream; return whether the model wrote in it."""
        response, kind = data.get("response"), data.get("type")
        if isinstance(response, dict):
            wrote = self._state(response)
        elif data.get("object") == "response":
            wrote = self._state(data)
        else:
            wrote = self._event(kind, data)
        if error_in(data) is not None:
            self.failed = data
        self.done = self.done or kind in _ENDS
        self.events += wrote
        return wrote

    def _state(self, response: dict[str, Any]) -> bool:
        """Take the response as it stands by then; at its end it holds everything."""
        if isinstance(usage := response.get("usage"), dict):
            self.usage = grown(self.usage, usage_of(usage))
        if isinstance(response.get("model"), str) and response["model"]:
            self.model = response["model"]
        if error_in(response) is not None:
            self.failed = response
        status, details = response.get("status"), response.get("incomplete_details")
        if status in ("completed", "incomplete", "failed", "cancelled"):
            why = details.get("reason") if isinstance(details, dict) else None
            self.finish_reason = why if isinstance(why, str) else status
            self.answered = self.answered or status in ("completed", "incomplete")
        wrote = [
            self._item(place, item, new=not self.events)
            for place, item in enumerate(objects(response, "output"))
        ]
        return any(wrote)

    def _item(self, place: int, item: dict[str, Any], new: bool) -> bool:
        """Take an item of the answer; `new`: its text did not come in pieces before."""
        kind = item.get("type")
        if kind in _CALLS:
            self.said.call(place, _name_of(item, item.get("namespace")))
        elif kind == "message":
            parts = objects(item, "content")
            for text in [p.get("text") or p.get("refusal") for p in parts] if new else ():
                self.said.text.add(text)
        elif kind == "reasoning":
            for text in [*texts_of(item.get("summary")), *texts_of(item.get("content"))] if new else ():
                self.said.reasoning.add(text)
        else:
            return isinstance(kind, str) and kind.endswith("_call")
        return True

    def _event(self, kind: object, data: dict[str, Any]) -> bool:
        if not isinstance(kind, str) or not kind.startswith("response."):
            return False
        if kind in (_TEXT, _REFUSAL):
            self.said.text.add(data.get("delta"))
        elif kind in _REASONING:
            self.said.reasoning.add(data.get("delta"))
        elif kind == "response.output_item.added" and isinstance(item := data.get("item"), dict):
            place = data.get("output_index")
            if item.get("type") in _CALLS:
                name = _name_of(item, item.get("namespace"))
                self.said.call(place if isinstance(place, int) else 0, name)
            return False
        wrote = kind.endswith(".delta") and bool(data.get("delta"))
        self.answered = self.answered or wrote
        return wrote


def _messages(request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if isinstance(text := request.get("instructions"), str) and text:
        yield message("system", [text])
    if isinstance(asked := request.get("input"), str):
        yield message("user", [asked])
    for item in objects(request, "input"):
        kind = item.get("type", "message")
        if kind in _CALLS:
            said = item.get(_CALLS[kind])
            arguments = said if kind == "function_call" else json.dumps({"input": said})
            name = _name_of(item, item.get("namespace"))
            yield message("assistant", [], [call(item.get("call_id"), name, str(arguments))])
        elif kind in ("function_call_output", "custom_tool_call_output"):
            texts = list(texts_of(item.get("output")))
            yield {**message("tool", texts), "tool_call_id": item.get("call_id")}
        elif kind == "message" and isinstance(item.get("role"), str):
            yield message(item["role"], list(texts_of(item.get("content"))))


def _tools(request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for tool, space in _offered(request):
        yield function(_name_of(tool, space), tool.get("description"), tool.get("parameters"))


def _offered(request: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], str | None]]:
    """Yield the tools that have a name, each with its namespace (codex puts a server's tools into one)."""
    for tool in objects(request, "tools"):
        if tool.get("type") == "namespace":
            name = tool.get("name")
            yield from ((inner, str(name)) for inner in objects(tool, "tools") if inner.get("name"))
        elif tool.get("name"):
            yield tool, None


def _name_of(tool: Mapping[str, Any], space: object) -> object:
    """Return the name of a tool with its namespace in front, without which two may have the same."""
    return f"{space}__{tool.get('name')}" if isinstance(space, str) and space else tool.get("name")


def _head(model: str) -> dict[str, Any]:
    return {"id": "resp_scripted", "object": "response", "created_at": 0, "model": model, "error": None}


def _number(request: Mapping[str, Any]) -> int:
    return len(objects(request, "input"))


def _message_item(request: Mapping[str, Any], text: str) -> dict[str, Any]:
    part = {"type": "output_text", "text": text, "annotations": []}
    head = {"id": "msg_0", "type": "message", "role": "assistant", "status": "completed"}
    return {**head, "content": [part]}


def _call_item(request: Mapping[str, Any], tool: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    name, arguments = tool
    fitting = ((t, s) for t, s in _offered(request) if _name_of(t, s) == name)
    offered, space = next(fitting, ({"name": name}, None))
    n = _number(request)
    head = {"id": f"fc_{n}", "call_id": f"call_{n}", "name": offered["name"], "status": "completed"}
    head |= {"namespace": space} if space else {}
    if offered.get("type") == "custom":
        return {**head, "type": "custom_tool_call", "input": str(arguments.get("input", ""))}
    return {**head, "type": "function_call", "arguments": json.dumps(arguments)}


def _usage(usage: Usage) -> dict[str, Any]:
    read, written = tokens(usage)
    return {
        "input_tokens": read,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": written,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": read + written,
    }


def _event(data: dict[str, Any]) -> bytes:
    return event(data, data["type"])
