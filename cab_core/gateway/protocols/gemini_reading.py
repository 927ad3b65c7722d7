"""How an answer of generateContent is read while it comes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from cab_core.plugins.wire_protocol import Reading
from cab_core.records import Usage

from ..chat_form import objects
from ..error_body import error_in
from ..usage import added, grown


@attrs.define
class GeminiReading(Reading):
    """Reads an answer; in a stream every event is one, with what came since the one before.

    `unfinished`: the candidates that have begun and not ended. `late`: an event gave no reason, so the server
    gives one at the end; some give it with each event, and there its end is the stream's.
    """

    unfinished: set[int] = attrs.field(factory=set)
    late: bool = False

    def take(self, data: dict[str, Any]) -> bool:
        """Take a whole answer or one event of a stream; return whether the model wrote in it."""
        if isinstance(said := data.get("usageMetadata"), dict):
            self.usage = grown(self.usage, _usage_of(said))
        if isinstance(data.get("modelVersion"), str) and data["modelVersion"]:
            self.model = data["modelVersion"]
        if error_in(data) is not None:
            self.failed = data
        if isinstance(feedback := data.get("promptFeedback"), dict) and feedback.get("blockReason"):
            words = f"the prompt was blocked by content policy: {feedback['blockReason']}"
            self.failed, self.done = {"error": {"code": 400, "message": words}}, True
        wrote = [self._candidate(place, c) for place, c in enumerate(objects(data, "candidates"))]
        # The last event names the reason and, at once, what was used.
        ended = self.finish_reason is not None and not self.unfinished and "usageMetadata" in data
        self.done = self.done or (ended and self.late)
        self.late = self.late or bool(self.unfinished)
        self.events += any(wrote)
        return any(wrote)

    def _candidate(self, place: int, candidate: dict[str, Any]) -> bool:
        reason, content = candidate.get("finishReason"), candidate.get("content")
        index = candidate.get("index", place)  # as protobuf's JSON has it, 0 is left out
        place = index if isinstance(index, int) else place
        self.unfinished.add(place)
        if isinstance(reason, str) and reason not in ("", "FINISH_REASON_UNSPECIFIED"):
            self.unfinished.discard(place)
            self.finish_reason, self.answered = self.finish_reason if place else reason, True
        parts = objects(content, "parts") if isinstance(content, dict) else []
        if not place:
            for part in parts:
                self._hear(part)
        wrote = any(
            part.keys() & {"functionCall", "inlineData", "executableCode"} or part.get("text")
            for part in parts
        )
        self.answered = self.answered or wrote
        if wrote and not place and place in self.unfinished:
            self.finish_reason = None  # it goes on behind what was no end
        return wrote

    def _hear(self, part: dict[str, Any]) -> None:
        if isinstance(called := part.get("functionCall"), dict):
            self.said.call(len(self.said.calls), called.get("name"))
        kept = self.said.reasoning if part.get("thought") is True else self.said.text
        kept.add(part.get("text"))


def _usage_of(said: Mapping[str, Any]) -> Usage:
    """Return what is reported: thoughts are not within candidates, nor tools' results within the prompt.

    A count of 0 is left out, as protobuf's JSON has it (https://protobuf.dev/programming-guides/json): where
    the total stands, what is missing beside it is none.
    """
    unsaid = 0 if "totalTokenCount" in said else None
    return Usage(
        prompt=added(said.get("promptTokenCount"), said.get("toolUsePromptTokenCount"))
        if "promptTokenCount" in said
        else None,
        completion=added(said.get("candidatesTokenCount"), said.get("thoughtsTokenCount"), unsaid),
        cached=said.get("cachedContentTokenCount", unsaid),
        reasoning=said.get("thoughtsTokenCount", unsaid),
        audio=added(*(_audio(said.get(name)) for name in ("promptTokensDetails", "candidatesTokensDetails"))),
    )


def _audio(details: object) -> int | None:
    found = details if isinstance(details, list) else []
    counts = [d.get("tokenCount") for d in found if isinstance(d, dict) and d.get("modality") == "AUDIO"]
    return added(*counts)
