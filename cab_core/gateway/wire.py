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

_EVENT_END = re.compile(rb"\r\n\r\n|\n\n|\r\r")
_READ_LIMIT = 64 << 20  # bytes of one body or event that are looked at


def parse_object(data: bytes) -> dict[str, Any]:
    """Return the JSON object in `data`, or an empty one where there is none."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def ask_for_usage(body: bytes) -> bytes | None:
    """Return the body with `stream_options.include_usage`, or None where nothing must be added.

    The field is put in front; every other byte stays as the CLI sent it, unless it sends
    `stream_options` of its own without the field.
    """
    request = parse_object(body)
    options = request.get("stream_options")
    if request.get("stream") is not True or (isinstance(options, dict) and options.get("include_usage")):
        return None
    if options is None and "stream_options" not in request:
        start = body.index(b"{") + 1
        return body[:start] + b'"stream_options":{"include_usage":true},' + body[start:]
    extended = {**(options if isinstance(options, dict) else {}), "include_usage": True}
    return json.dumps({**request, "stream_options": extended}).encode()


def usage_of(data: dict[str, Any]) -> Usage | None:
    """Return the usage that a response or event holds, or None."""
    usage = data.get("usage")
    if not isinstance(usage, dict):
        return None
    return Usage(
        prompt=_count(usage.get("prompt_tokens")),
        completion=_count(usage.get("completion_tokens")),
        cached=_count(_inner(usage, "prompt_tokens_details", "cached_tokens")),
        reasoning=_count(_inner(usage, "completion_tokens_details", "reasoning_tokens")),
    )


def _inner(data: dict[str, Any], outer: str, inner: str) -> Any:
    details = data.get(outer)
    return details.get(inner) if isinstance(details, dict) else None


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53 else None


def is_usage_only(event: dict[str, Any]) -> bool:
    """Return whether an event is the extra chunk that `include_usage` brings."""
    return event.get("choices") == [] and isinstance(event.get("usage"), dict)


@attrs.define
class Reading:
    """What has been read out of a response so far."""

    usage: Usage = Usage()
    model: str | None = None
    finish_reason: str | None = None
    error: str | None = None
    done: bool = False

    def take(self, data: dict[str, Any]) -> None:
        """Take a whole response or one event of a stream."""
        self.usage = usage_of(data) or self.usage
        if isinstance(data.get("model"), str) and data["model"]:
            self.model = data["model"]
        if data.get("error"):
            self.error = _error_text(data["error"])
        choices = data.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            reason = choice.get("finish_reason") if isinstance(choice, dict) else None
            if isinstance(reason, str):
                self.finish_reason = reason


def _error_text(error: Any) -> str:
    message = error.get("message") if isinstance(error, dict) else error
    return str(message)[:500]


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
    lines = [line[5:].lstrip(b" ") for line in event.splitlines() if line.startswith(b"data:")]
    return b"\n".join(lines)


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
