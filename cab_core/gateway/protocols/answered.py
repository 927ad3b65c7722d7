"""An answer, put together from its events: the message of an assistant, as chat completions have it."""

from __future__ import annotations

import json
from typing import Any

import attrs

from ..chat_form import call


@attrs.define
class _Call:
    """`given`: its arguments where no piece of them comes."""

    id: object = None
    name: object = None
    arguments: str = ""
    given: str = ""

    def is_other(self, id_: object, name: object, arguments: object) -> bool:
        """Return whether what comes at its place begins another call.

        Some servers count no further (Ollama, LiteLLM) or not at all, some give each piece an id of its own
        (Poolside) or none an id (Gemini), and some repeat the name with each piece.
        """
        if not name or (id_ and id_ == self.id):
            return False
        differs = bool(id_ and self.id)
        if not self.arguments:
            return differs
        return (differs or bool(arguments)) and _is_whole(self.arguments)


@attrs.define
class Message:
    """A message that grows. A tool's call is known by its place, which is whatever tells it from others."""

    text: str = ""
    reasoning: str = ""
    _calls: list[_Call] = attrs.field(factory=list)
    _at: dict[str, _Call] = attrs.field(factory=dict)  # the last one that began at a place

    def say(self, text: object) -> None:
        """Add to the text."""
        self.text += text if isinstance(text, str) else ""

    def think(self, text: object) -> None:
        """Add to the reasoning."""
        self.reasoning += text if isinstance(text, str) else ""

    def begin(self, place: object, id_: object, name: object, given: str = "") -> None:
        """Begin a call; `given`: its arguments where no piece of them comes."""
        self._at[str(place)] = found = _Call(id_, name, given=given)
        self._calls.append(found)

    def call(self, place: object, id_: object, name: object, arguments: object = None) -> None:
        """Begin a call, or go on with the one at its place; what is None is not said yet."""
        found = self._at.get(str(place))
        if found is None or found.is_other(id_, name, arguments):
            self.begin(place, id_, name)
            found = self._at[str(place)]
        found.id, found.name = found.id or id_, found.name or name
        found.arguments += arguments if isinstance(arguments, str) else ""

    def place_of(self, id_: object, otherwise: object) -> object:
        """Return the place of the call with an id; `otherwise`: where there is none."""
        return next((place for place, c in self._at.items() if id_ and c.id == id_), otherwise)

    def chat(self) -> dict[str, Any]:
        """Return it."""
        calls = [call(c.id, c.name, c.arguments or c.given) for c in self._calls]
        said: dict[str, Any] = {"role": "assistant", "content": self.text}
        said |= {"reasoning": self.reasoning} if self.reasoning else {}
        return said | ({"tool_calls": calls} if calls else {})


def _is_whole(arguments: str) -> bool:
    try:
        json.loads(arguments)
    except (ValueError, RecursionError):
        return False
    return True
