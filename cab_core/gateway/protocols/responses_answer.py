"""What an answer of responses says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..chat_form import dumped, objects, texts_of
from .answered import Message
from .responses_items import CALLS, name_of

_TEXT = ("response.output_text.delta", "response.refusal.delta")
_REASONING = ("response.reasoning_text.delta", "response.reasoning_summary_text.delta")
_ENDS = ("response.completed", "response.incomplete")


def responses_message(events: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the output of an answer as one message; `events`: it, or all of its stream.

    At the end stands the whole answer. A stream without one is put together from its pieces.
    """
    message = Message()
    for data in events:
        kind, whole = data.get("type"), data.get("response")
        if data.get("object") == "response":
            whole, kind = data, _ENDS[0]
        if kind in _ENDS and isinstance(whole, dict) and objects(whole, "output"):
            return _whole(whole)
        if kind in _TEXT:
            message.say(data.get("delta"))
        elif kind in _REASONING:
            message.think(data.get("delta"))
        elif kind == "response.output_item.done" and isinstance(item := data.get("item"), dict):
            _call(message, data.get("output_index"), item)
    return message.chat()


def _whole(response: Mapping[str, Any]) -> dict[str, Any]:
    message = Message()
    for place, item in enumerate(objects(response, "output")):
        if item.get("type") == "message":
            for part in objects(item, "content"):
                message.say(part.get("text") or part.get("refusal"))
        elif item.get("type") == "reasoning":
            for text in [*texts_of(item.get("summary")), *texts_of(item.get("content"))]:
                message.think(text)
        _call(message, place, item)
    return message.chat()


def _call(message: Message, place: object, item: Mapping[str, Any]) -> None:
    """Take an item that calls a tool; one of OpenAI's own tools has no arguments but fields."""
    kind = item.get("type")
    if not isinstance(kind, str) or not kind.endswith("_call"):
        return
    said = item.get(CALLS.get(kind, "action"))
    arguments = said if kind == "function_call" and isinstance(said, str) else dumped({"input": said})
    name = name_of(item, item.get("namespace")) or kind.removesuffix("_call")
    message.calls(place, item.get("call_id") or item.get("id"), name, arguments)
