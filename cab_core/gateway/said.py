"""What one answer of a model says, collected while it passes through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

KEPT = 64 << 10  # characters of an answer
_NAME = 200  # characters of a tool's name
CALLS = 1000  # tool calls of one answer
# As servers call it; there is no standard.
_REASONING = ("reasoning_content", "reasoning", "reasoning_text", "thinking")


@attrs.define
class _Kept:
    """A text that arrives in pieces, up to what is kept of it."""

    pieces: list[str] = attrs.field(factory=list)
    size: int = 0
    cut: bool = False

    def add(self, piece: object) -> None:
        if not isinstance(piece, str) or not piece:
            return
        self.cut = self.cut or self.size + len(piece) > KEPT
        if self.size < KEPT:
            self.pieces.append(piece[: KEPT - self.size])
            self.size += len(self.pieces[-1])


@attrs.define
class Said:
    """What one answer says: its text, its reasoning, the tools that it calls."""

    text: _Kept = attrs.field(factory=_Kept)
    reasoning: _Kept = attrs.field(factory=_Kept)
    calls: dict[object, str] = attrs.field(factory=dict)  # names, by the place of the call in the answer

    def take(self, choice: Mapping[str, Any]) -> None:
        """Take a choice of a whole answer, or of one event of a stream."""
        message = choice.get("delta") or choice.get("message")
        if not isinstance(message, dict) or choice.get("index") not in (0, None):
            return
        content = message.get("content")
        for text in (content,) if isinstance(content, str) else texts_of(content):
            self.text.add(text)
        self.text.add(message.get("refusal"))  # OpenAI's own place for a model's refusal
        for key in _REASONING:
            if thought := message.get(key):
                self.reasoning.add(thought)
                break  # some servers say it under two names
        if isinstance(calls := message.get("tool_calls"), list):
            for place, call in enumerate(calls):
                self._take_call(place, call)
        self._take_call(0, message.get("function_call"))  # as it was before there were several

    def _take_call(self, place: int, call: object) -> None:
        """The first piece of a call has its name; some servers repeat it with each."""
        if not isinstance(call, dict) or (name := tool_name(call)) is None:
            return
        index = call.get("index")
        if len(self.calls) < CALLS:
            self.calls.setdefault(index if isinstance(index, int) else place, name)


def tool_name(tool: Mapping[str, Any]) -> str | None:
    """Return the name of a tool, or of the one that is called: a function, or one with a grammar."""
    for holder in (tool.get("function"), tool.get("custom"), tool):
        if isinstance(holder, dict) and isinstance(holder.get("name"), str) and holder["name"]:
            return str(holder["name"][:_NAME])
    return None


def texts_of(content: object) -> Iterator[str]:
    """Yield the texts of a message's content, which is a text or a list of parts."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, list):
        parts = (p.get("text") for p in content if isinstance(p, dict))
        yield from (text for text in parts if isinstance(text, str))
