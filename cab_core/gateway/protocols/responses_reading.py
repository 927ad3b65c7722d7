"""How an answer of responses is read while it comes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from cab_core.plugins.wire_protocol import Reading

from ..chat_form import objects, texts_of
from ..error_body import error_in
from ..usage import grown, usage_of
from .responses_answer import REASONING, TEXT
from .responses_items import CALLS, name_of

_ENDS = ("response.completed", "response.incomplete", "response.failed", "response.cancelled")


@attrs.define
class ResponsesReading(Reading):
    """Reads an answer or its events: an event's `type` tells what it holds.

    `told`: how much had been said and thought where the last item of the answer ended.
    """

    told: tuple[int, int] = (0, 0)

    def take(self, data: dict[str, Any]) -> bool:
        """Take a whole answer or one event of a stream; return whether the model wrote in it."""
        response, kind = data.get("response"), _kind(data)
        if isinstance(response, dict):
            wrote = self._state(response)
        elif data.get("object") == "response":
            wrote = self._state(data)
            # An agent may ask for that (`background`): it is no failure of the endpoint's.
            self.answered = self.answered or data.get("status") in ("queued", "in_progress")
        else:
            wrote = self._event(kind, data)
        if error_in(data) is not None:
            self.failed = data
        self.done = self.done or kind in _ENDS
        self.events += wrote
        return wrote

    def _state(self, response: dict[str, Any]) -> bool:
        """Take the response as it stands by then; at its end it holds everything."""
        if isinstance(usage := response.get("usage"), dict):
            self.usage = grown(self.usage, usage_of(usage))
        if isinstance(response.get("model"), str) and response["model"]:
            self.model = response["model"]
        if error_in(response) is not None:
            self.failed = response
        status, details = response.get("status"), response.get("incomplete_details")
        if status in ("completed", "incomplete", "failed", "cancelled"):
            why = details.get("reason") if isinstance(details, dict) else None
            self.finish_reason = why if isinstance(why, str) else status
            self.answered = self.answered or status in ("completed", "incomplete")
        wrote = [
            self._item(place, item, new=not self.events)
            for place, item in enumerate(objects(response, "output"))
        ]
        return any(wrote)

    def _item(self, place: object, item: dict[str, Any], new: bool) -> bool:
        """Take an item of the answer; `new`: its text did not come in pieces before."""
        kind = item.get("type")
        if _is_call(kind):
            self.said.call(_place(item, place), _name(item))
        elif kind == "message":
            texts = [p.get("text") or p.get("refusal") for p in objects(item, "content")]
            for text in texts if new else ():
                self.said.text.add(text)
            return any(texts)
        elif kind == "reasoning":
            for text in [*texts_of(item.get("summary")), *texts_of(item.get("content"))] if new else ():
                self.said.reasoning.add(text)
        return kind == "reasoning" or _is_call(kind)

    def _ended(self, place: object, item: dict[str, Any]) -> bool:
        """Take an item at its end. Of some servers it is all that comes, and the whole answer is empty."""
        new = self.told == (self.said.text.size, self.said.reasoning.size)
        wrote = self._item(place, item, new)
        self.told = self.said.text.size, self.said.reasoning.size
        self.answered = self.answered or wrote
        return wrote and new

    def _event(self, kind: str, data: dict[str, Any]) -> bool:
        if not kind.startswith("response."):
            return False
        if kind in TEXT:
            self.said.text.add(data.get("delta"))
        elif kind in REASONING:
            self.said.reasoning.add(data.get("delta"))
        elif kind == "response.output_item.added" and isinstance(item := data.get("item"), dict):
            if _is_call(item.get("type")):
                self.said.call(_place(item, data.get("output_index")), _name(item))
            return False
        elif kind == "response.output_item.done" and isinstance(item := data.get("item"), dict):
            return self._ended(data.get("output_index"), item)
        wrote = kind.endswith(".delta") and bool(data.get("delta"))
        self.answered = self.answered or wrote
        return wrote


def _kind(holder: Mapping[str, Any]) -> str:
    kind = holder.get("type")
    return kind if isinstance(kind, str) else ""


def _is_call(kind: object) -> bool:
    return isinstance(kind, str) and kind.endswith("_call")


def _place(item: Mapping[str, Any], index: object) -> object:
    """Return what tells an item from others; some servers give all the same place in the answer."""
    found = item.get("call_id") or item.get("id")
    return found if isinstance(found, str) else index if isinstance(index, int) else 0


def _name(item: Mapping[str, Any]) -> object:
    """Return the name of the tool that is called; where tools of a type have none, the type's."""
    kind = str(item["type"])
    named = name_of(item, item.get("namespace"))
    return named or (None if kind in CALLS else kind.removesuffix("_call"))
