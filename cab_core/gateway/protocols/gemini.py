"""Google's generateContent and streamGenerateContent, as the Gemini API speaks them.

Source: https://ai.google.dev/api/generate-content (2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any
from urllib.parse import unquote

from cab_core.plugins.protocols import Reply
from cab_core.plugins.strict_json import read_strictly
from cab_core.plugins.wire_protocol import Asked, Operation, Reading
from cab_core.records import Usage

from ..chat_form import objects
from ..error_body import ErrorBody
from ..run_elsewhere import READ, addresses, fields, tools
from ..waits import wait_in_words
from .asked import tools_are_objects
from .gemini_answer import gemini_message
from .gemini_reading import GeminiReading
from .gemini_request import messages, tools_offered
from .scripted import event, tokens

_LIST = "/v1beta/models"
_LISTS = (_LIST, "/v1/models", "/v1alpha/models")
# The model stands in the path, its slashes escaped or not.
_OF_MODEL = re.compile(r"/v1(?:beta|alpha)?/(models/(?P<model>.+?)(?::(?P<verb>\w+))?)", re.S)
_VERBS = {"generateContent": "call", "streamGenerateContent": "call", "countTokens": "count"}
_RUN_BY_THE_CLI = {"functionDeclarations", "function_declarations", "computerUse", "computer_use"}
# How Google names an error by its status.
_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    503: "UNAVAILABLE",
}
# In `generationConfig`.
_PARAMETERS = {
    "max_tokens": "maxOutputTokens",
    "temperature": "temperature",
    "top_p": "topP",
    "top_k": "topK",
    "seed": "seed",
    "stop": "stopSequences",
    "frequency_penalty": "frequencyPenalty",
    "presence_penalty": "presencePenalty",
    "reasoning_effort": "thinkingConfig.thinkingLevel",
}
_RETRY_INFO = "google.rpc.RetryInfo"
_DURATION = re.compile(r"(\d{1,12}(?:\.\d{1,9})?)s")  # as protobuf's JSON has one


def _spelled(field: str) -> tuple[str, ...]:
    """Return the places of a field; protobuf's JSON takes each name as it is in its source, too."""
    names = ("generationConfig", *field.split("."))
    spellings = [dict.fromkeys((n, re.sub("[A-Z]", lambda m: f"_{m[0].lower()}", n))) for n in names]
    return tuple(".".join(place) for place in product(*spellings))


class Gemini:
    """generateContent. The model is in the path, and so is whether it is a stream."""

    name = "gemini"
    base = ""  # CLIs add /v1beta themselves
    provider = "gcp.gemini"
    end_mark: bytes | None = None
    named = False
    written: Sequence[str] = ("text",)
    noise: Sequence[str] = ()
    parameters: Mapping[str, Sequence[str]] = {n: _spelled(field) for n, field in _PARAMETERS.items()}
    spoken: Sequence[tuple[str, str]] = (
        ("POST", f"{_LIST}/MODEL:generateContent"),
        ("POST", f"{_LIST}/MODEL:streamGenerateContent"),
        ("POST", f"{_LIST}/MODEL:countTokens"),
        ("GET", _LIST),
    )

    def operation(self, method: str, path: str, query: str = "") -> Operation | None:
        """Return what is asked for. A stream is one of events where `alt=sse` says so, else a JSON array."""
        if method == "GET" and path in _LISTS:
            return Operation(kind="models", path="models")
        found = _OF_MODEL.fullmatch(path)
        if found is None:
            return None
        model, verb = unquote(found["model"]), found["verb"]
        if method == "GET" and verb is None:
            return Operation(kind="model", path=found[1], model=model)
        if method != "POST" or verb not in _VERBS:
            return None
        kind: Any = _VERBS[verb]
        events = verb.startswith("stream") and "alt=sse" in query.split("&")
        return Operation(kind=kind, path=found[1], model=model, stream=events)

    def read(self, operation: Operation, body: bytes) -> Asked:
        """Read a request once."""
        request = read_strictly(body, dict.fromkeys(READ, ()))
        return Asked(
            model=operation.model if request else None,
            stream=bool(operation.stream),
            sound=_is_sound(request),
            request=request,
        )

    def reading(self) -> Reading:
        """Return what reads one answer."""
        return GeminiReading()

    def is_ours(self, event: dict[str, Any]) -> bool:
        """Return False: nothing is added."""
        return False

    def credential(self, key: str) -> dict[str, str]:
        """Return the header that carries a key."""
        return {"x-goog-api-key": key}

    def error(self, status: int, message: str, kind: str) -> dict[str, Any]:
        """Return the body of a refusal."""
        said = {"code": status, "message": message, "status": _STATUS.get(status, "INTERNAL")}
        return {"error": {**said, "details": [{"reason": kind, "domain": "cab"}]}}

    def wait(self, error: dict[str, Any]) -> float | None:
        """Return the seconds of an error's RetryInfo; else those that its words ask for."""
        inner = error.get("error")
        for detail in objects(inner, "details") if isinstance(inner, dict) else ():
            told = str(detail.get("@type")).endswith(_RETRY_INFO)
            if told and (found := _DURATION.fullmatch(str(detail.get("retryDelay")))):
                return float(found[1])
        return wait_in_words(ErrorBody.of(error).words)

    def listing(self, model: str) -> dict[str, Any]:
        """Return the list of models with one in it."""
        return {"models": [self.entry(model)]}

    def entry(self, model: str) -> dict[str, Any]:
        """Return what is told of one model."""
        return {
            "name": f"models/{model}",
            "displayName": model,
            "supportedGenerationMethods": ["generateContent", "countTokens"],
        }

    def as_chat(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the system instruction and contents as messages, and the tools."""
        return {**request, "messages": list(messages(request)), "tools": list(tools_offered(request))}

    def as_message(self, events: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Return an answer as one message."""
        return gemini_message(events)

    def run_by_vendor(self, request: dict[str, Any]) -> list[str]:
        """Return what a tool is by its key, but for functions, and addresses of files."""
        kinds = tools(request, lambda t: next((k for k in t if k not in _RUN_BY_THE_CLI), None))
        return [*fields(request), *kinds, *addresses(request)]

    def whole(self, model: str, request: dict[str, Any], reply: Reply, usage: Usage) -> dict[str, Any]:
        """Return the whole answer of a scripted model."""
        parts = [{"text": reply.text}] if reply.text or not reply.tool else []
        return _answer(model, [*parts, *_calls(request, reply)], usage)

    def opening(self, model: str, request: dict[str, Any]) -> Iterator[bytes]:
        """Yield nothing: every event is an answer of its own."""
        yield from ()

    def piece(self, model: str, text: str) -> bytes:
        """Return an event with a piece of text."""
        return event(_answer(model, [{"text": text}]))

    def closing(self, model: str, request: dict[str, Any], reply: Reply, usage: Usage) -> Iterator[bytes]:
        """Yield the tool call with usage and end."""
        yield event(_answer(model, _calls(request, reply) or [{"text": ""}], usage))

    def counted(self, tokens: int) -> dict[str, Any]:
        """Return how many tokens a conversation has."""
        return {"totalTokens": tokens}


def _is_sound(request: dict[str, Any]) -> bool:
    contents = request.get("contents")
    if not isinstance(contents, list) or not contents:
        return False
    parts = all(isinstance(c, dict) and isinstance(c.get("parts"), list) for c in contents)
    return parts and tools_are_objects(request)


def _calls(request: Mapping[str, Any], reply: Reply) -> list[dict[str, Any]]:
    return [{"functionCall": {"name": reply.tool[0], "args": reply.tool[1]}}] if reply.tool else []


def _answer(model: str, parts: list[dict[str, Any]], usage: Usage | None = None) -> dict[str, Any]:
    candidate: dict[str, Any] = {"index": 0, "content": {"role": "model", "parts": parts}}
    if usage is None:
        return {"candidates": [candidate], "modelVersion": model}
    read, written = tokens(usage)
    said = {"promptTokenCount": read, "candidatesTokenCount": written, "totalTokenCount": read + written}
    return {
        "candidates": [{**candidate, "finishReason": "STOP"}],
        "modelVersion": model,
        "usageMetadata": said,
    }
