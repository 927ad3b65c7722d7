"""Event streams, as HTML's standard has them (9.2, server-sent events), and as servers send them."""

from __future__ import annotations

import re
from typing import Any

from .error_body import error_in
from .json_body import parse_object, parse_objects

_LINE_END = rb"(?:\r\n|\n|\r(?!\n))"
_EVENT_END = re.compile(_LINE_END + _LINE_END)  # in any mixture: some put CRLF behind a line that ends in LF
_MARK = b"\xef\xbb\xbf"  # of the order of bytes, which may stand before a stream
_FIRST = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:(?:data|event|id|retry|error)?:)")
_READ = {b"data", b"error", b"event"}  # fields
_LONGEST = 64 << 20  # bytes of one event that are looked at

# What is odd in the form of an event, for which no agent can ask.
NO_JSON, NAMELESS = "an event of its stream is no JSON object", "its events have no names"


class EventSplitter:
    """Cuts a stream of bytes into events, each with the blank line that ends it."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._at = 0  # where what was not taken yet begins
        self._seen = 0  # before it no event's end begins

    def push(self, data: bytes) -> None:
        """Take what comes next."""
        del self._rest[: self._at]
        self._seen, self._at = max(0, self._seen - self._at), 0
        self._rest += data

    def event(self) -> bytes | None:
        """Return the next event, which then is taken; None where there is no whole one."""
        match = _EVENT_END.search(self._rest, max(self._seen, self._at))
        if match is not None:
            return self._cut(match.end())
        self._seen = max(0, len(self._rest) - 3)  # an end is four bytes at most
        return self.flush() if len(self._rest) - self._at > _LONGEST else None

    def block(self, end: bytes, size: int) -> bytes:
        """Return the whole events in the next so many bytes; `end` is what ends them. None is taken."""
        last = self._rest.rfind(end, self._at, self._at + size)
        return b"" if last < 0 else bytes(self._rest[self._at : last + len(end)])

    def drop(self, size: int) -> None:
        """Take so many bytes."""
        self._at += size

    def flush(self) -> bytes:
        """Return what is left, an unfinished event."""
        return self._cut(len(self._rest))

    def _cut(self, end: int) -> bytes:
        data, self._at, self._seen = bytes(self._rest[self._at : end]), end, end
        return data


def begins_a_stream(data: bytes) -> bool:
    """Return whether a body is one of events, by its first field or comment."""
    return _FIRST.match(data) is not None


def parse_error(data: bytes) -> dict[str, Any]:
    """Return the JSON object of an error; some servers put it into a list, or into an event."""
    if found := parse_objects(data):
        return found[0]
    return event_object(_EVENT_END.split(data.strip(), 1)[0]) if begins_a_stream(data) else {}


def event_data(event: bytes) -> bytes:
    """Return the joined `data:` lines of an event."""
    return _fields(event).get(b"data", b"")


def event_object(event: bytes) -> dict[str, Any]:
    """Return the object of an event; one that its name or its field tells to be an error, as that.

    Some name the event (`event: error`), and llama.cpp long had `error:` where others have `data:`.
    """
    return read_event(event)[0]


def read_event(event: bytes, named: bool = False) -> tuple[dict[str, Any], str | None]:
    """Return the object of an event, and what is odd in its form; `named`: it must have a name."""
    fields = _fields(event)
    data = fields.get(b"data", b"")
    found = parse_object(data)
    if data and len(fields) == 1 and found and not named:
        return found, None  # nearly all are
    return _or_error(fields, found), _odd_form(fields, found, named)


def _or_error(fields: dict[bytes, bytes], found: dict[str, Any]) -> dict[str, Any]:
    if field := fields.get(b"error"):
        return {"error": parse_object(field) or field.decode("utf-8", "replace")}
    if fields.get(b"event", b"").strip() == b"error" and error_in(found) is None:
        said = fields.get(b"data", b"").decode("utf-8", "replace")
        return {"error": found or said or "an error without words"}
    return found


def _odd_form(fields: dict[bytes, bytes], found: dict[str, Any], named: bool) -> str | None:
    data = fields.get(b"data", b"").strip()
    if not data:
        return None
    if not found and data != b"{}":
        return NO_JSON
    return NAMELESS if named and not fields.get(b"event") else None


def _fields(event: bytes) -> dict[bytes, bytes]:
    """Return the joined lines of each field of an event that is looked at, by its name."""
    lines = event.splitlines()
    if len(lines) == 2 and not lines[1] and lines[0].startswith(b"data:"):
        return {b"data": lines[0][len(b"data:") :].lstrip(b" ")}  # nearly all are so
    found: dict[bytes, list[bytes]] = {}
    for line in event.removeprefix(_MARK).splitlines():
        name, colon, value = line.partition(b":")
        if colon and name in _READ:
            found.setdefault(name, []).append(value.lstrip(b" "))
    return {name: b"\n".join(lines) for name, lines in found.items()}
