"""The protocols in which the probe can ask: where a call goes, how a question is written, who speaks it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import attrs

from cab_core.defaults import PROTOCOL
from cab_core.gateway.protocols.anthropic_messages import AnthropicMessages
from cab_core.gateway.protocols.gemini import Gemini
from cab_core.gateway.protocols.openai_chat import OpenAIChat
from cab_core.gateway.protocols.openai_responses import OpenAIResponses
from cab_core.plugins.wire_protocol import WireProtocol
from cab_core.records import Json

Body = Mapping[str, Any]
_FEWEST = 16  # tokens that OpenAI's responses want as a bound at the least


@attrs.frozen(kw_only=True)
class Spoken:
    """One protocol. `path`: of a call, behind an endpoint's address; `stream`: of one that is streamed.

    `names`: what a refusal of an empty call names where the protocol is spoken, `answer`: what every answer
    has. `write`: a question, as
    `questions` has it, in the protocol's form. `version`: how an endpoint's address usually ends.
    """

    protocol: WireProtocol
    path: str
    stream: str | None = None
    names: tuple[str, ...]
    answer: str
    write: Callable[[str, Body], dict[str, Any]]
    headers: Mapping[str, str] = attrs.field(factory=dict)
    version: str = "v1"

    def path_for(self, model: str, stream: bool = False) -> str:
        """Return the path of a call to a model."""
        path = self.stream if stream and self.stream else self.path
        return path.format(model=quote(model, safe="/:@"))


def _bound(body: Body) -> int:
    return int(body.get("max_tokens") or body["max_completion_tokens"])


def _functions(body: Body) -> list[dict[str, Any]]:
    return [tool["function"] for tool in body.get("tools", ())]


def _chat(model: str, body: Body) -> dict[str, Any]:
    return {"model": model, **body}


def _responses(model: str, body: Body) -> dict[str, Any]:
    tools = [{"type": "function", "strict": False, **f} for f in _functions(body)]
    asked = {"model": model, "input": body["messages"], "max_output_tokens": max(_FEWEST, _bound(body))}
    return {**asked, **_stream(body), **({"tools": tools} if tools else {})}


def _messages(model: str, body: Body) -> dict[str, Any]:
    tools = [
        {"name": f["name"], "description": f["description"], "input_schema": f["parameters"]}
        for f in _functions(body)
    ]
    asked = {"model": model, "messages": body["messages"], "max_tokens": _bound(body)}
    return {**asked, **_stream(body), **({"tools": tools} if tools else {})}


def _gemini(_: str, body: Body) -> dict[str, Any]:
    contents = [{"role": "user", "parts": [{"text": m["content"]}]} for m in body["messages"]]
    declared = [
        {"name": f["name"], "description": f["description"], "parametersJsonSchema": f["parameters"]}
        for f in _functions(body)
    ]
    asked = {"contents": contents, "generationConfig": {"maxOutputTokens": _bound(body)}}
    return {**asked, **({"tools": [{"functionDeclarations": declared}]} if declared else {})}


def _stream(body: Body) -> dict[str, Json]:
    return {"stream": True} if body.get("stream") else {}


_ALL = (
    Spoken(
        protocol=OpenAIChat(),
        path="chat/completions",
        names=("messages", "model"),
        answer="choices",
        write=_chat,
    ),
    Spoken(
        protocol=OpenAIResponses(),
        path="responses",
        names=("input", "model"),
        answer="output",
        write=_responses,
    ),
    Spoken(
        protocol=AnthropicMessages(),
        path="messages",
        names=("messages", "max_tokens", "model"),
        answer="content",
        write=_messages,
        headers={"anthropic-version": "2023-06-01"},
    ),
    Spoken(
        protocol=Gemini(),
        path="models/{model}:generateContent",
        stream="models/{model}:streamGenerateContent?alt=sse",
        names=("contents",),
        answer="candidates",
        write=_gemini,
        version="v1beta",
    ),
)
SPOKEN: Mapping[str, Spoken] = {spoken.protocol.name: spoken for spoken in _ALL}
USUAL = PROTOCOL
