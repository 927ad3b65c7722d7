"""Secrets in a stream of events: whole ones, and those in pieces, each in an event of its own."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from cab_core.redaction import Redactor, Span

_Place = tuple[int, int]  # where a piece begins and ends
# What tells apart texts that are written at the same time: choices, parallel tool calls, thoughts.
_WHICH = re.compile(rb'"(?:\w*index|thought)"\s*:\s*(\w+)')
_QUOTE, _APART = ord('"'), "\ufffd".encode()
_NEAR = 1 << 12  # bytes around a piece in which that is looked for
_SEVERAL = re.compile(rb'"(?:\w*index"\s*:\s*[1-9]|thought"\s*:\s*true)')


class Pieces:
    """Looks through events. `written`, `noise`: what differs from one to the next, see `WireProtocol`."""

    def __init__(self, redactor: Redactor, written: Sequence[str], noise: Sequence[str]) -> None:
        self._redactor = redactor
        names = b"|".join(re.escape(name.encode()) for name in (*written, *noise))
        self._field = re.compile(b'"(' + names + rb')"\s*:\s*("(?:[^"\\\x00-\x1f]|\\.)*+"|\d++)')

    def spans(self, events: bytes) -> list[Span]:
        """Return what to replace, in order: of a secret in pieces the first by its mark, others by nothing.

        What is the same in many events is searched once; what is found there is looked up in all of them.
        """
        fields: dict[bytes, list[_Place]] = {}
        rest, at = set(), 0
        for match in self._field.finditer(events):
            begin, end = match.span(2)
            if events[begin] == _QUOTE:
                begin, end = begin + 1, end - 1
            fields.setdefault(match[1], []).append((begin, end))
            rest.add(events[at:begin])
            at = end
        rest.add(events[at:])
        found = self._redactor.spans(events) if self._redactor.finds(_APART.join(rest)) else []
        several = _SEVERAL.search(events) is not None
        for places in fields.values():
            for text in _texts(events, places) if several else [places]:
                found += self._joined(events, text)
        return sorted(found, key=lambda s: (s[0], -s[1]))

    def _joined(self, events: bytes, places: list[_Place]) -> Iterator[Span]:
        said = b"".join([events[begin:end] for begin, end in places])
        for begin, end, mark in self._redactor.spans(said):
            yield from _across(places, begin, end, mark)


def _texts(events: bytes, places: list[_Place]) -> list[list[_Place]]:
    """Return the places of each text, by what their lines say beside them."""
    texts: dict[tuple[bytes, ...], list[_Place]] = {}
    for begin, end in places:
        before = events[max(0, begin - _NEAR) : begin].rpartition(b"\n")[2]
        after = events[end : end + _NEAR].partition(b"\n")[0]
        texts.setdefault(tuple(_WHICH.findall(before + after)), []).append((begin, end))
    return list(texts.values())


def _across(places: list[_Place], begin: int, end: int, mark: bytes) -> Iterator[Span]:
    """Yield where a part of the joined pieces stands in the events."""
    starts = [0, *accumulate(stop - start for start, stop in places)]
    number = bisect_right(starts, begin) - 1
    while begin < end:
        at = places[number][0] + begin - starts[number]
        size = min(end, starts[number + 1]) - begin
        yield at, at + size, mark
        begin, number, mark = begin + size, number + 1, b""
