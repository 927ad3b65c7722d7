"""Counts of tokens on a record: what an endpoint said of a text it says again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cab_core.records.wire import WireCount
from cab_core.wire.bodies import as_bytes

from ..answer import Answer
from ..unkeyed import bytes_answer, json_answer
from .alike import lasting

Key = tuple[str, bytes]
_STATUSES = range(200, 600)


class Counts:
    """By what was asked, and of which model. `size`: bytes that they hold."""

    def __init__(self) -> None:
        self._said: dict[Key, list[WireCount]] = {}
        self.size = 0

    def add(self, count: WireCount) -> None:
        """Take one of the record; a status that no endpoint sends is a stranger's."""
        if count.status not in _STATUSES:
            return
        key = count.path, lasting(as_bytes(count.request.text))
        self._said.setdefault(key, []).append(count)
        self.size += len(key[1]) + len(count.answer.text)

    def answer(self, path: str, body: bytes, otherwise: Mapping[str, Any]) -> Answer:
        """Return what was answered: each of several once, the last for ever; else `otherwise`."""
        said = self._said.get((path, lasting(body)))
        if not said:
            return json_answer(200, otherwise)
        count = said.pop(0) if len(said) > 1 else said[0]
        return bytes_answer(count.status, as_bytes(count.answer.text))
