"""What an answer of generateContent says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..chat_form import dumped, objects
from .answered import Message


def gemini_message(events: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the first candidate of an answer as one message; `events`: it, or all of its stream."""
    message = Message()
    for place, part in enumerate(part for data in events for part in _parts(data)):
        if isinstance(called := part.get("functionCall"), dict):
            message.begin(place, called.get("id"), called.get("name"), dumped(called.get("args") or {}))
        elif part.get("thought") is True:
            message.think(part.get("text"))
        else:
            message.say(part.get("text"))
    return message.chat()


def _parts(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the parts of the first candidate; as protobuf's JSON has it, an index of 0 is left out."""
    first = (c for c in objects(data, "candidates") if c.get("index") in (0, None))
    content = next(first, {}).get("content")
    return objects(content, "parts") if isinstance(content, dict) else []
