"""How an answer of messages is read while it comes."""

from __future__ import annotations

from typing import Any

import attrs

from cab_core.plugins.wire_protocol import Reading

from ..chat_form import objects
from ..error_body import error_in
from ..usage import grown, usage_of
from .messages_answer import CALLS

_IN_PIECES = ("text", "thinking")  # blocks that begin empty in a stream


@attrs.define
class MessagesReading(Reading):
    """Reads an answer or its events: an event's `type` tells what it holds."""

    def take(self, data: dict[str, Any]) -> bool:
        """Take a whole answer or one event of a stream; return whether the model wrote in it."""
        kind = data.get("type")
        if error_in(data) is not None:
            self.failed = data
        wrote = False
        if kind == "message":
            wrote = self._message(data)
        elif kind == "message_start" and isinstance(message := data.get("message"), dict):
            wrote = self._message(message)
        elif kind == "message_delta":
            self._usage(data)
            self._stop(data.get("delta"))
        elif kind == "content_block_start" and isinstance(block := data.get("content_block"), dict):
            wrote = self._block(data.get("index"), block)
        elif kind == "content_block_delta" and isinstance(delta := data.get("delta"), dict):
            wrote = self._delta(delta)
        self.done = self.done or kind == "message_stop"
        self.answered = self.answered or wrote
        self.events += wrote
        return wrote

    def _message(self, message: dict[str, Any]) -> bool:
        if isinstance(message.get("model"), str) and message["model"]:
            self.model = message["model"]
        self._usage(message)
        self._stop(message)
        wrote = [self._block(place, block) for place, block in enumerate(objects(message, "content"))]
        return any(wrote)

    def _usage(self, holder: dict[str, Any]) -> None:
        if isinstance(usage := holder.get("usage"), dict):
            self.usage = grown(self.usage, usage_of(usage))

    def _stop(self, holder: object) -> None:
        reason = holder.get("stop_reason") if isinstance(holder, dict) else None
        if isinstance(reason, str) and reason:
            self.finish_reason, self.answered = reason, True

    def _block(self, place: object, block: dict[str, Any]) -> bool:
        kind = block.get("type")
        if kind in CALLS:
            self.said.call(place if isinstance(place, int) else 0, block.get("name"), block.get("id"))
        self.said.text.add(block.get("text"))
        self.said.reasoning.add(block.get("thinking"))
        empty = kind in _IN_PIECES and not (block.get("text") or block.get("thinking"))
        return isinstance(kind, str) and not empty

    def _delta(self, delta: dict[str, Any]) -> bool:
        self.said.text.add(delta.get("text"))
        self.said.reasoning.add(delta.get("thinking"))
        return any(delta.get(name) for name in ("text", "thinking", "partial_json"))
