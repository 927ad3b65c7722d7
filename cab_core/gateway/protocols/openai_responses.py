"""OpenAI's responses.

Source: https://platform.openai.com/docs/api-reference/responses and .../responses-streaming (2026-11).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from cab_core.plugins.protocols import Reply
from cab_core.plugins.strict_json import reads_one_way
from cab_core.plugins.wire_protocol import Asked, Operation, Reading
from cab_core.records import Usage

from ..chat_form import call, dumped, function, message, objects, texts_of
from ..error_body import error_in
from ..run_elsewhere import addresses, fields, tools, typed
from ..usage import grown, usage_of
from .asked import asked_in, tools_are_objects
from .openai import LIST, OpenAI
from .responses_answer import responses_message
from .responses_items import (
    CALLS,
    PIECE,
    PLACE,
    call_events,
    call_item,
    head_of,
    message_item,
    name_of,
    numbered,
    offered,
    part_of,
    usage_said,
)

_RUN_BY_THE_CLI = {
    *("function", "custom", "namespace", "local_shell", "shell", "apply_patch"),
    *("computer", "computer_use_preview", "tool_search"),
}
_ENDS = ("response.completed", "response.incomplete", "response.failed", "response.cancelled")
_COUNT = "responses/input_tokens"
_TEXT, _REFUSAL = "response.output_text.delta", "response.refusal.delta"
_REASONING = ("response.reasoning_text.delta", "response.reasoning_summary_text.delta")


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
        found = {**request, "messages": list(_messages(request)), "tools": list(_tools(request))}
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
        return next(numbered([{"type": _TEXT, **PLACE, "delta": text, "logprobs": []}], PIECE))

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


@attrs.define
class ResponsesReading(Reading):
    """Reads an answer or its events: an event's `type` tells what it holds.

    `told`: how much had been said and thought where the last item of the answer ended.
    """

    told: tuple[int, int] = (0, 0)

    def take(self, data: dict[str, Any]) -> bool:
        """Take a whole answer or one event of a stream; return whether the model wrote in it."""
        response, kind = data.get("response"), _kind(data)
        if isinstance(response, dict):
            wrote = self._state(response)
        elif data.get("object") == "response":
            wrote = self._state(data)
            # An agent may ask for that (`background`): it is no failure of the endpoint's.
            self.answered = self.answered or data.get("status") in ("queued", "in_progress")
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

    def _item(self, place: object, item: dict[str, Any], new: bool) -> bool:
        """Take an item of the answer; `new`: its text did not come in pieces before."""
        kind = item.get("type")
        if _is_call(kind):
            self.said.call(_place(item, place), _name(item))
        elif kind == "message":
            texts = [p.get("text") or p.get("refusal") for p in objects(item, "content")]
            for text in texts if new else ():
                self.said.text.add(text)
            return any(texts)
        elif kind == "reasoning":
            for text in [*texts_of(item.get("summary")), *texts_of(item.get("content"))] if new else ():
                self.said.reasoning.add(text)
        return kind == "reasoning" or _is_call(kind)

    def _ended(self, place: object, item: dict[str, Any]) -> bool:
        """Take an item at its end. Of some servers it is all that comes, and the whole answer is empty."""
        new = self.told == (self.said.text.size, self.said.reasoning.size)
        wrote = self._item(place, item, new)
        self.told = self.said.text.size, self.said.reasoning.size
        self.answered = self.answered or wrote
        return wrote and new

    def _event(self, kind: str, data: dict[str, Any]) -> bool:
        if not kind.startswith("response."):
            return False
        if kind in (_TEXT, _REFUSAL):
            self.said.text.add(data.get("delta"))
        elif kind in _REASONING:
            self.said.reasoning.add(data.get("delta"))
        elif kind == "response.output_item.added" and isinstance(item := data.get("item"), dict):
            if _is_call(item.get("type")):
                self.said.call(_place(item, data.get("output_index")), _name(item))
            return False
        elif kind == "response.output_item.done" and isinstance(item := data.get("item"), dict):
            return self._ended(data.get("output_index"), item)
        wrote = kind.endswith(".delta") and bool(data.get("delta"))
        self.answered = self.answered or wrote
        return wrote


def _kind(holder: Mapping[str, Any]) -> str:
    kind = holder.get("type")
    return kind if isinstance(kind, str) else ""


def _is_call(kind: object) -> bool:
    return isinstance(kind, str) and kind.endswith("_call")


def _place(item: Mapping[str, Any], index: object) -> object:
    """Return what tells an item from others; some servers give all the same place in the answer."""
    found = item.get("call_id") or item.get("id")
    return found if isinstance(found, str) else index if isinstance(index, int) else 0


def _name(item: Mapping[str, Any]) -> object:
    """Return the name of the tool that is called; where tools of a type have none, the type's."""
    kind = str(item["type"])
    named = name_of(item, item.get("namespace"))
    return named or (None if kind in CALLS else kind.removesuffix("_call"))


def _messages(request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if isinstance(text := request.get("instructions"), str) and text:
        yield message("system", [text])
    if isinstance(asked := request.get("input"), str):
        yield message("user", [asked])
    for item in objects(request, "input"):
        kind = item.get("type", "message")
        if isinstance(kind, str) and kind in CALLS:
            said = item.get(CALLS[kind])
            arguments = said if kind == "function_call" else dumped({"input": said})
            yield message(
                "assistant",
                [],
                [call(item.get("call_id"), name_of(item, item.get("namespace")), str(arguments))],
            )
        elif kind in ("function_call_output", "custom_tool_call_output"):
            texts = list(texts_of(item.get("output")))
            yield {**message("tool", texts), "tool_call_id": item.get("call_id")}
        elif kind == "item_reference":
            yield {"role": "assistant", "content": [{"type": kind}], "refers": item.get("id")}
        elif kind == "message" and isinstance(item.get("role"), str):
            yield message(item["role"], list(texts_of(item.get("content"))))


def _tools(request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for tool, space in offered(request):
        yield function(name_of(tool, space), tool.get("description"), tool.get("parameters"))
    for tool in objects(request, "tools"):
        if not tool.get("name"):  # one of OpenAI's own, such as local_shell
            yield function(tool.get("type"), None, None)
