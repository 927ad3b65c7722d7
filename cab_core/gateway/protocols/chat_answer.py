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
    message.think(thought_in(part))
    for place, called in enumerate(objects(part, "tool_calls")):
        index, id_ = called.get("index"), called.get("id")
        found = index if isinstance(index, int) else message.place_of(id_, place)
        message.call(found, id_, tool_name(called), _said(called))
    before = part.get("function_call")  # as it was before there were several
    if isinstance(before, dict):
        message.call(0, None, before.get("name"), before.get("arguments"))


def thought_in(part: Mapping[str, Any]) -> str:
    """Return the reasoning in a message or in a piece of one; some servers say it under two names.

    OpenRouter and MiniMax have it in `reasoning_details`, Mistral in parts of the content.
    """
    for key in REASONING:
        if thought := "".join(texts_of(part.get(key))):
            return thought
    details = "".join(texts_of(part.get("reasoning_details")))
    return details or "".join(t for p in objects(part, "content") for t in texts_of(p.get("thinking")))


def _said(called: Mapping[str, Any]) -> str | None:
    """Return the arguments of a function, or what is put into a tool with a grammar, as JSON."""
    for kind, field in (("function", "arguments"), ("custom", "input")):
        said = holder.get(field) if isinstance(holder := called.get(kind), dict) else None
        if isinstance(said, str):
            return said if kind == "function" else dumped({"input": said})
        if isinstance(said, dict):
            return dumped(said)  # as some servers have it (llama.cpp did): not as a text
    return None
