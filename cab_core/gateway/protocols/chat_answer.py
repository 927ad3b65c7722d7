"""What an answer of chat completions says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..chat_form import dumped, objects, texts_of, tool_name
from .answered import Message

# As servers call it; there is no standard.
REASONING = ("reasoning_content", "reasoning", "reasoning_text", "thinking")


def chat_message(events: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the first choice of an answer as one message; `events`: it, or all of its stream."""
    message = Message()
    for data in events:
        for choice in objects(data, "choices"):
            part = choice.get("message") or choice.get("delta")
            if choice.get("index") in (0, None):
                _add(message, part if isinstance(part, dict) else {"content": choice.get("text")})
    return message.chat()


def _add(message: Message, part: Mapping[str, Any]) -> None:
    for text in texts_of(part.get("content")):
        message.say(text)
    message.say(part.get("refusal"))
    audio = part.get("audio")
    message.say(audio.get("transcript") if isinstance(audio, dict) else None)
    message.think(next((part[key] for key in REASONING if part.get(key)), None))
    for place, called in enumerate(objects(part, "tool_calls")):
        index = called.get("index")
        message.call(
            index if isinstance(index, int) else place, called.get("id"), tool_name(called), _said(called)
        )
    before = part.get("function_call")  # as it was before there were several
    if isinstance(before, dict):
        message.call(0, None, before.get("name"), before.get("arguments"))


def _said(called: Mapping[str, Any]) -> str | None:
    """Return the arguments of a function, or what is put into a tool with a grammar, as JSON."""
    for kind, field in (("function", "arguments"), ("custom", "input")):
        if isinstance(holder := called.get(kind), dict) and isinstance(said := holder.get(field), str):
            return said if kind == "function" else dumped({"input": said})
    return None
