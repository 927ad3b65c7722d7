"""An answer, put together from its events: the message of an assistant, as chat completions have it."""

from __future__ import annotations

from typing import Any

import attrs

from ..chat_form import call


@attrs.define
class _Call:
    id: object = None
    name: object = None
    arguments: str = ""


@attrs.define
class Message:
    """A message that grows. A tool's call is known by its place, which is whatever tells it from others."""

    text: str = ""
    reasoning: str = ""
    _calls: dict[object, _Call] = attrs.field(factory=dict)

    def say(self, text: object) -> None:
        """Add to the text."""
        self.text += text if isinstance(text, str) else ""

    def think(self, text: object) -> None:
        """Add to the reasoning."""
        self.reasoning += text if isinstance(text, str) else ""

    def call(self, place: object, id_: object, name: object, arguments: object = None) -> None:
        """Begin a call, or go on with it; what is None is not said yet."""
        found = self._calls.setdefault(str(place), _Call())
        found.id, found.name = found.id or id_, found.name or name
        found.arguments += arguments if isinstance(arguments, str) else ""

    def calls(self, place: object, id_: object, name: object, arguments: str) -> None:
        """Take a call that is whole, whatever came of it before."""
        self._calls[str(place)] = _Call(id_, name, arguments)

    def chat(self) -> dict[str, Any]:
        """Return it."""
        calls = [call(c.id, c.name, c.arguments) for c in self._calls.values()]
        said: dict[str, Any] = {"role": "assistant", "content": self.text}
        said |= {"reasoning": self.reasoning} if self.reasoning else {}
        return said | ({"tool_calls": calls} if calls else {})
