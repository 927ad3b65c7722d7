"""Reading chat completions: bodies, event streams, usage.

Format: https://platform.openai.com/docs/api-reference/chat (2026-11), as compatible servers speak it.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator
from typing import Any

import attrs

from cab_core.records import Usage

from .error_body import ErrorBody, error_in, told
from .said import Said
from .usage import grown

_LINE_END = rb"(?:\r\n|\n|\r(?!\n))"
_EVENT_END = re.compile(_LINE_END + _LINE_END)  # in any mixture: some put CRLF behind a line that ends in LF
_DENSEST = 2_000_000  # commas, colons and brackets of a request: reading more would hold up all cells
_READ_LIMIT = 64 << 20  # bytes of one body or event that are looked at


def parse_object(data: bytes) -> dict[str, Any]:
    """Return the JSON object in `data`, or an empty one where there is none."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def parse_error(data: bytes) -> dict[str, Any]:
    """Return the JSON object of an error; some servers put it into a list."""
    return parse_object(data) or parse_object(data.strip().removeprefix(b"[").removesuffix(b"]"))


@attrs.frozen
class Asked:
    """What the gateway reads in a request; the rest goes on as it came.

    `with_usage`: the body with `stream_options.include_usage`, or None where nothing must be added.
    `sound`: it is a conversation, as far as can be seen; what is none, no server takes.
    `request`: the whole of it, to be looked at once and then let go.
    """

    model: str | None
    stream: bool
    with_usage: bytes | None
    sound: bool = True
    request: dict[str, Any] = attrs.field(factory=dict, repr=False)


def read_request(body: bytes) -> Asked:
    """Read a request once. What others could read in another way names no model."""
    request = _one_way(body)
    model = request.get("model")
    return Asked(
        model=model if isinstance(model, str) else None,
        stream=request.get("stream") is True,
        with_usage=_with_usage(body, request),
        sound=_sound(request),
        request=request,
    )


def _sound(request: dict[str, Any]) -> bool:
    messages, tools = request.get("messages"), request.get("tools")
    if not isinstance(messages, list) or not messages:
        return False
    roles = all(isinstance(m, dict) and isinstance(m.get("role"), str) for m in messages)
    return roles and (tools is None or (isinstance(tools, list) and all(isinstance(t, dict) for t in tools)))


def _one_way(body: bytes) -> dict[str, Any]:
    """Return the object of a request, or an empty one where there is none, or readers differ on it.

    Where a key comes twice, some take the first and some the last (RFC 8259, 4), and Go's encoding/json
    does not tell `Model` from `model`: so an agent could have another model answer than the one we see.
    `"stream": 1` is a stream to servers that coerce, and none to others: no usage would be asked for.
    """
    # Counted before it is parsed: a body of nothing but brackets takes seconds, and all cells wait.
    if sum(body.count(mark) for mark in (b",", b":", b"[", b"{")) > _DENSEST:
        return {}
    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=_object)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) and _clear(value) else {}


class _Unclear(dict[str, Any]):
    """An object in which a key comes twice, be it in another case."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    clear = len({k.casefold() for k, _ in pairs}) == len(pairs)
    return dict(pairs) if clear else _Unclear(pairs)


def _clear(request: dict[str, Any]) -> bool:
    """Return whether all readers find the same in what is read here."""
    options = request.get("stream_options")
    inner = options if isinstance(options, dict) else {}
    objects = ((request, ("model", "stream", "stream_options")), (inner, ("include_usage",)))
    for found, names in objects:
        if isinstance(found, _Unclear) or any(k not in names and k.casefold() in names for k in found):
            return False
    switches = (request.get("stream"), inner.get("include_usage"))
    return all(value is None or isinstance(value, bool) for value in switches)


def _with_usage(body: bytes, request: dict[str, Any]) -> bytes | None:
    """Ask for usage in front; every other byte stays, unless there are `stream_options` without the field."""
    options = request.get("stream_options")
    if request.get("stream") is not True or (isinstance(options, dict) and options.get("include_usage")):
        return None
    if "stream_options" not in request:
        start = body.index(b"{") + 1
        return body[:start] + b'"stream_options":{"include_usage":true},' + body[start:]
    extended = {**(options if isinstance(options, dict) else {}), "include_usage": True}
    return json.dumps({**request, "stream_options": extended}).encode()


def is_usage_only(event: dict[str, Any]) -> bool:
    """Return whether an event is the extra chunk that `include_usage` brings."""
    return event.get("choices") == [] and isinstance(event.get("usage"), dict)


# Where a model writes, in OpenAI's names and those of others: DeepSeek, vLLM, OpenRouter, Copilot.
_WRITTEN = (
    *("content", "tool_calls", "function_call", "refusal", "audio"),
    *("reasoning", "reasoning_content", "reasoning_text", "reasoning_details", "thinking"),
)


@attrs.define
class Reading:
    """What has been read out of a response so far. `events`: those in which the model wrote something."""

    usage: Usage = Usage()
    model: str | None = None
    finish_reason: str | None = None
    error: str | None = None
    error_body: ErrorBody | None = None
    done: bool = False
    events: int = 0
    answered: bool = False
    said: Said = attrs.field(factory=Said)

    @property
    def whole(self) -> bool:
        """True where it was read to its end."""
        return self.done or self.finish_reason is not None

    def take(self, data: dict[str, Any]) -> bool:
        """Take a whole response or one event of a stream; return whether the model wrote in it."""
        self.usage = grown(self.usage, data)
        if isinstance(data.get("model"), str) and data["model"]:
            self.model = data["model"]
        if (error := error_in(data)) is not None:
            self.error_body, self.error = ErrorBody.of(data), told(error)
        choices = data.get("choices")
        wrote = [
            self._choice(c) for c in (choices if isinstance(choices, list) else ()) if isinstance(c, dict)
        ]
        self.events += any(wrote)
        return any(wrote)

    def _choice(self, choice: dict[str, Any]) -> bool:
        self.said.take(choice)
        reason, message = choice.get("finish_reason"), choice.get("message")
        if isinstance(reason, str):
            self.finish_reason = reason
        part = message if isinstance(message, dict) else choice.get("delta")
        wrote = isinstance(part, dict) and any(part.get(name) for name in _WRITTEN)
        wrote = wrote or bool(choice.get("text"))
        self.answered = self.answered or wrote or isinstance(reason, str) or isinstance(message, dict)
        return wrote


class EventSplitter:
    """Cuts a stream of bytes into events, each with the blank line that ends it."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._seen = 0  # bytes of it in which no event's end begins

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the events that `data` completes."""
        self._rest += data
        start = 0
        while match := _EVENT_END.search(self._rest, self._seen):
            yield bytes(self._rest[start : match.end()])
            start = self._seen = match.end()
        del self._rest[:start]
        self._seen = max(0, len(self._rest) - 3)  # an end is four bytes at most
        if len(self._rest) > _READ_LIMIT:
            yield self.flush()

    def flush(self) -> bytes:
        """Return what is left, an unfinished event."""
        rest, self._seen = bytes(self._rest), 0
        self._rest.clear()
        return rest


def event_data(event: bytes) -> bytes:
    """Return the joined `data:` lines of an event."""
    return _field(event, b"data")


def event_object(event: bytes) -> dict[str, Any]:
    """Return the object of an event; one that its name or its field tells to be an error, as that.

    Some name the event (`event: error`), and llama.cpp long had `error:` where others have `data:`.
    """
    data = event_data(event)
    found = parse_object(data)
    if field := _field(event, b"error"):
        return {"error": parse_object(field) or field.decode("utf-8", "replace")}
    if _field(event, b"event").strip() == b"error" and error_in(found) is None:
        return {"error": found or data.decode("utf-8", "replace") or "an error without words"}
    return found


def _field(event: bytes, name: bytes) -> bytes:
    """Return the joined lines of one field of an event."""
    start = name + b":"
    return b"\n".join(
        line[len(start) :].lstrip(b" ") for line in event.splitlines() if line.startswith(start)
    )


def decode(encoding: str, data: bytes) -> bytes | None:
    """Undo a Content-Encoding (RFC 9110, 8.4); None where it is not known, broken, or unpacks to too much."""
    found: bytes | None = data
    for coding in reversed([c.strip().lower() for c in encoding.split(",")]):
        if coding in ("", "identity") or found is None:
            continue
        if coding in ("gzip", "x-gzip"):
            found = _members(found, 31)
        elif coding == "deflate":
            # Some send it bare, without zlib's own head and sum.
            found = _members(found, 15) if found[:1] == b"\x78" else _members(found, -15)
        else:
            return None
    return found


def _members(data: bytes, wbits: int) -> bytes | None:
    """Unpack all members of a compressed body."""
    out = bytearray()
    while data:
        unpacker = zlib.decompressobj(wbits)
        try:
            out += unpacker.decompress(data, _READ_LIMIT + 1 - len(out))
        except zlib.error:
            return None
        if not unpacker.eof or len(out) > _READ_LIMIT:
            return None
        data = unpacker.unused_data
    return bytes(out)
