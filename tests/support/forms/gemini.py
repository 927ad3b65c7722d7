"""Google's generateContent. Source: https://ai.google.dev/api/generate-content.

A count of 0 is left out, as protobuf's JSON has it.
"""

from __future__ import annotations

from typing import Any

from ..vendor import events

PROMPT = {
    "promptTokenCount": 990,
    "cachedContentTokenCount": 600,
    "toolUsePromptTokenCount": 10,
    "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 980}, {"modality": "AUDIO", "tokenCount": 10}],
}
USAGE = {**PROMPT, "candidatesTokenCount": 160, "thoughtsTokenCount": 90, "totalTokenCount": 1250}
THOUGHT = {"text": "I should look.", "thought": True}
TEXT = {"text": "I look."}
CALLS = [
    {"functionCall": {"id": f"f{n}", "name": name, "args": {"path": "a"}}, "thoughtSignature": "CiQB"}
    for n, name in enumerate(("read_file", "list_files"))
]


def answer(
    *parts: dict[str, Any], finish: str | None = "STOP", usage: dict | None = USAGE, index: int = 0
) -> dict:
    """Return an answer, or an event of a stream."""
    candidate: dict[str, Any] = {"content": {"parts": list(parts), "role": "model"}} if parts else {}
    candidate |= {"index": index} | ({"finishReason": finish} if finish else {})
    return {
        "candidates": [candidate],
        **({"usageMetadata": usage} if usage is not None else {}),
        **{"modelVersion": "m-2026", "responseId": "r1"},
    }


def sequence(*parts: dict[str, Any], finish: str = "STOP") -> list[dict[str, Any]]:
    """Return all events of an answer; each says what was used by then."""
    found = []
    for n, part in enumerate(parts):
        so_far = {**PROMPT, "totalTokenCount": 1000 + n, **({"candidatesTokenCount": n} if n else {})}
        found.append(answer(part, finish=None, usage=so_far))
    return [*found, answer({"text": ""}, finish=finish)]


def blocked(reason: str = "PROHIBITED_CONTENT") -> dict[str, Any]:
    """Return what comes where the prompt was blocked: no candidate."""
    feedback = {"blockReason": reason, "safetyRatings": []}
    return {"promptFeedback": feedback, "usageMetadata": {"promptTokenCount": 990, "totalTokenCount": 990}}


def stream(*parts: dict[str, Any], **more: Any) -> str:
    """Return them as they are sent."""
    return events(*sequence(*parts, **more))
