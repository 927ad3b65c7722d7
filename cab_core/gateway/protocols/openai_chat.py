"""OpenAI's chat completions, as OpenAI and compatible servers speak them.

Source: https://platform.openai.com/docs/api-reference/chat (2026-11), and what servers were seen to send.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from cab_core.plugins.protocols import Reply
from cab_core.plugins.said import Said
from cab_core.plugins.strict_json import read_strictly, switches_are_plain
from cab_core.plugins.wire_protocol import Asked, Operation, Reading
from cab_core.records import Usage

from ..chat_form import objects, texts_of, tool_name
from ..error_body import error_in
from ..insert import insert, replace
from ..run_elsewhere import READ, addresses, fields, tools, typed
from ..usage import grown, usage_of
from ..wordings import FAILED
from .asked import asked_of, has_messages
from .chat_answer import chat_message, thought_in
from .openai import LIST, OpenAI
from .scripted import event, tokens

_READ = {"model": (), "stream": (), "stream_options": ("include_usage",), **dict.fromkeys(READ, ())}
# Where a model writes, in OpenAI's names and those of others: DeepSeek, vLLM, OpenRouter, Copilot.
_WRITTEN = (
    *("content", "tool_calls", "function_call", "refusal", "audio"),
    *("reasoning", "reasoning_content", "reasoning_text", "reasoning_details", "thinking"),
)
_PLAIN = {"role", "content"}  # of a message that says a text alone
_TOLD = ("delta", "finish_reason", "message", "text")  # of a choice: all that a CLI can look at


class OpenAIChat(OpenAI):
    """Chat completions."""

    name = "openai-chat"
    call_path = "chat/completions"
    written: Sequence[str] = (
        "content",
        "reasoning_content",
        "reasoning",
        "reasoning_text",
        "thinking",
        "refusal",
        "text",
        "arguments",
    )
    noise: Sequence[str] = ("created", "obfuscation")
    parameters: Mapping[str, Sequence[str]] = {
        "max_tokens": ("max_tokens", "max_completion_tokens"),  # OpenAI's newer models take the second alone
        "reasoning_effort": ("reasoning_effort", "reasoning.effort"),  # the second is OpenRouter's
        "top_k": ("top_k",),  # not OpenAI's, but of most who are compatible
        **{name: (name,) for name in ("temperature", "top_p", "seed", "stop", "verbosity")},
        **{name: (name,) for name in ("frequency_penalty", "presence_penalty")},
    }
    spoken: Sequence[tuple[str, str]] = (("POST", "/v1/chat/completions"), ("GET", LIST))

    def read(self, operation: Operation, body: bytes) -> Asked:
        """Read a request once. What others could read in another way names no model."""
        request = read_strictly(body, _READ)
        options = request.get("stream_options")
        usage = options.get("include_usage") if isinstance(options, dict) else None
        if not switches_are_plain(request.get("stream"), usage):
            request = {}
        return asked_of(request, has_messages, _with_usage(body, request))

    def reading(self) -> Reading:
        """Return what reads one answer."""
        return ChatReading()

    def is_ours(self, event: dict[str, Any]) -> bool:
        """Return whether an event is the extra one that `include_usage` brings: usage, and no word beside it.

        LiteLLM has a choice in it, of which nothing is said.
        """
        choices = event.get("choices")
        if not isinstance(event.get("usage"), dict) or not isinstance(choices, list):
            return False
        return all(isinstance(c, dict) and not any(c.get(k) for k in _TOLD) for c in choices)

    def as_chat(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the request: it is in that form."""
        return request

    def as_message(self, events: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Return an answer as one message."""
        return chat_message(events)

    def run_by_vendor(self, request: dict[str, Any]) -> list[str]:
        """Return tools that are no functions, fields that have a search run, and addresses of images."""
        known = {"function", "custom"}.__contains__
        return [*fields(request), *tools(request, lambda t: typed(t, known)), *addresses(request)]

    def whole(self, model: str, request: dict[str, Any], reply: Reply, usage: Usage) -> dict[str, Any]:
        """Return the whole answer of a scripted model."""
        message: dict[str, Any] = {"role": "assistant", "content": reply.text}
        if reply.tool:
            message["tool_calls"] = [_tool_call(request, reply.tool)]
        choice = {"index": 0, "message": message, "finish_reason": _finish(reply)}
        return {**_head(model, "chat.completion"), "choices": [choice], "usage": _usage(usage)}

    def opening(self, model: str, request: dict[str, Any]) -> Iterator[bytes]:
        """Yield who speaks."""
        yield event(_chunk(model, {"role": "assistant", "content": ""}))

    def piece(self, model: str, text: str) -> bytes:
        """Return an event with a piece of text."""
        return event(_chunk(model, {"content": text}))

    def closing(self, model: str, request: dict[str, Any], reply: Reply, usage: Usage) -> Iterator[bytes]:
        """Yield the tool call, the end and, where it was asked for, the usage."""
        if reply.tool:
            yield event(_chunk(model, {"tool_calls": [{"index": 0, **_tool_call(request, reply.tool)}]}))
        yield event(_chunk(model, {}, _finish(reply)))
        options = request.get("stream_options")
        if isinstance(options, dict) and options.get("include_usage"):
            head = _head(model, "chat.completion.chunk")
            yield event({**head, "choices": [], "usage": _usage(usage)})
        yield b"data: [DONE]\n\n"

    def counted(self, tokens: int) -> dict[str, Any]:
        """Return a count, which nobody can ask for here."""
        return {"input_tokens": tokens}


def _with_usage(body: bytes, request: dict[str, Any]) -> bytes | None:
    """Ask for usage; every other byte stays."""
    if request.get("stream") is not True:
        return None
    if "stream_options" not in request:
        return insert(body, "stream_options", '{"include_usage":true}')
    options = request["stream_options"]
    if not isinstance(options, dict):
        return replace(body, "stream_options", '{"include_usage":true}')
    if "include_usage" not in options:
        return insert(body, "include_usage", "true", within="stream_options")
    return None if options["include_usage"] else replace(body, "include_usage", "true", "stream_options")


@attrs.define
class ChatReading(Reading):
    """Reads an answer or its events."""

    def take(self, data: dict[str, Any]) -> bool:
        """Take a whole answer or one event of a stream; return whether the model wrote in it."""
        choices = objects(data, "choices")
        for found in _usages(data, choices):
            self.usage = grown(self.usage, usage_of(found))
        if isinstance(data.get("model"), str) and data["model"]:
            self.model = data["model"]
        if error_in(data) is not None:
            self.failed = data
        wrote = [self._choice(c) for c in choices]
        self.events += any(wrote)
        return any(wrote)

    def _choice(self, choice: dict[str, Any]) -> bool:
        _hear(self.said, choice)
        reason, message = _reason(choice), choice.get("message")
        self.finish_reason = reason or self.finish_reason
        part = message if isinstance(message, dict) else choice.get("delta")
        wrote = bool(choice.get("text")) or (isinstance(part, dict) and _is_written(part))
        self.answered = self.answered or wrote or bool(reason) or isinstance(message, dict)
        return wrote


def _is_written(part: Mapping[str, Any]) -> bool:
    return bool(part) and any(part.get(name) for name in _WRITTEN)


def _reason(choice: Mapping[str, Any]) -> str | None:
    """Return why a choice ended; empty, as some servers say it with each event, it is none.

    OpenRouter may call an end the usual one that its own upstream calls a failure.
    """
    reason, native = choice.get("finish_reason"), choice.get("native_finish_reason")
    if isinstance(reason, str) and isinstance(native, str) and FAILED.search(native):
        reason = native
    return reason if isinstance(reason, str) and reason else None


def _usages(data: Mapping[str, Any], choices: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield what is reported: beside the choices, in one of them (Moonshot), or in a place of Groq's own."""
    for place in (data, data.get("x_groq"), *choices):
        if isinstance(place, dict) and isinstance(usage := place.get("usage"), dict):
            yield usage


def _hear(said: Said, choice: Mapping[str, Any]) -> None:
    """Take what a choice of a whole answer, or of one event of a stream, says."""
    message = choice.get("delta") or choice.get("message")
    if not isinstance(message, dict) or choice.get("index") not in (0, None):
        return
    content = message.get("content")
    for text in texts_of(content):
        said.text.add(text)
    if message.keys() <= _PLAIN and not isinstance(content, list):
        return  # so nearly every event of a stream is
    said.text.add(message.get("refusal"))  # OpenAI's own place for a model's refusal
    audio = message.get("audio")
    said.text.add(audio.get("transcript") if isinstance(audio, dict) else None)
    said.reasoning.add(thought_in(message))
    for place, called in enumerate(objects(message, "tool_calls")):
        index = called.get("index")
        said.call(index if isinstance(index, int) else place, tool_name(called), called.get("id"))
    before = message.get("function_call")  # as it was before there were several
    if isinstance(before, dict):
        said.call(0, tool_name(before))


def _tool_call(request: Mapping[str, Any], tool: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    name, arguments = tool
    number = len(objects(request, "messages"))
    function = {"name": name, "arguments": json.dumps(arguments)}
    return {"id": f"call_{number}", "type": "function", "function": function}


def _head(model: str, kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-scripted", "object": kind, "created": 0, "model": model}


def _chunk(model: str, delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {**_head(model, "chat.completion.chunk"), "choices": [choice]}


def _finish(reply: Reply) -> str:
    return "tool_calls" if reply.tool else "stop"


def _usage(usage: Usage) -> dict[str, int]:
    prompt, completion = tokens(usage)
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
