"""What an answer of responses says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..chat_form import dumped, objects, texts_of
from .answered import Message
from .responses_items import CALLS, name_of

TEXT = ("response.output_text.delta", "response.refusal.delta")
REASONING = ("response.reasoning_text.delta", "response.reasoning_summary_text.delta")
_ENDS = ("response.completed", "response.incomplete")


def responses_message(events: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the output of an answer as one message; `events`: it, or all of its stream.

    At the end stands the whole answer. A stream without one is put together from its items and their pieces.
    """
    message, heard, items, id_ = Message(), set[tuple[str, str]](), list[Mapping[str, Any]](), None
    for data in events:
        kind, whole = data.get("type"), data.get("response")
        if data.get("object") == "response":
            whole, kind = data, _ENDS[0]
        id_ = whole.get("id") if isinstance(whole, dict) else id_
        if kind in _ENDS and isinstance(whole, dict) and (found := objects(whole, "output")):
            message, items = _whole(found), [*found]
            break
        if kind in TEXT:
            message.say(data.get("delta"))
            heard.add(("message", str(data.get("item_id"))))
        elif kind in REASONING:
            message.think(data.get("delta"))
            heard.add(("reasoning", str(data.get("item_id"))))
        elif kind == "response.output_item.done" and isinstance(item := data.get("item"), dict):
            came = {(str(item.get("type")), id_) for id_ in (str(item.get("id")), "None")}
            _item(message, data.get("output_index"), item, new=not came & heard)
            items.append(item)
    parts = {str(item["id"]): _whole([item]).chat() for item in items if item.get("id")}
    return {**message.chat(), "id": id_, "parts": parts}


def _whole(items: Iterable[Mapping[str, Any]]) -> Message:
    message = Message()
    for place, item in enumerate(items):
        _item(message, place, item, new=True)
    return message


def _item(message: Message, place: object, item: Mapping[str, Any], new: bool) -> None:
    """Take an item; `new`: its text did not come in pieces before."""
    if item.get("type") == "message" and new:
        for part in objects(item, "content"):
            message.say(part.get("text") or part.get("refusal"))
    elif item.get("type") == "reasoning" and new:
        for text in [*texts_of(item.get("summary")), *texts_of(item.get("content"))]:
            message.think(text)
    _call(message, item.get("call_id") or item.get("id") or place, item)


def _call(message: Message, place: object, item: Mapping[str, Any]) -> None:
    """Take an item that calls a tool; one of OpenAI's own tools has no arguments but fields."""
    kind = item.get("type")
    if not isinstance(kind, str) or not kind.endswith("_call"):
        return
    said = item.get(CALLS.get(kind, "action"))
    arguments = said if kind == "function_call" and isinstance(said, str) else dumped({"input": said})
    name = name_of(item, item.get("namespace")) or kind.removesuffix("_call")
    message.begin(place, item.get("call_id") or item.get("id"), name, arguments)
