"""What an answer of messages says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..chat_form import dumped, objects
from .answered import Message

CALLS = ("tool_use", "server_tool_use", "mcp_tool_use")


def messages_message(events: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the blocks of an answer as one message; `events`: it, or all of its stream."""
    message = Message()
    for data in events:
        kind, block, delta = data.get("type"), data.get("content_block"), data.get("delta")
        if kind == "message":
            for place, each in enumerate(objects(data, "content")):
                _block(message, place, each)
        elif kind == "content_block_start" and isinstance(block, dict):
            _block(message, data.get("index"), block)
        elif kind == "content_block_delta" and isinstance(delta, dict):
            message.say(delta.get("text"))
            message.think(delta.get("thinking"))
            if "partial_json" in delta:
                message.call(data.get("index"), None, None, delta["partial_json"])
    return message.chat()


def _block(message: Message, place: object, block: Mapping[str, Any]) -> None:
    message.say(block.get("text"))
    message.think(block.get("thinking"))
    if block.get("type") in CALLS:
        # In a stream it begins empty or, of some servers, whole; its pieces count, where any come.
        given = dumped(block["input"]) if block.get("input") else ""
        message.begin(place, block.get("id"), block.get("name"), given)
