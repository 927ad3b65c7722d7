"""Secrets that a stream says in pieces, each in an event of its own."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from cab_core.redaction import Redactor, Span

_Place = tuple[int, int]  # where a piece begins and ends
# What tells apart texts that are written at the same time: choices, parallel tool calls, thoughts.
_WHICH = re.compile(rb'"(?:\w*index|thought)"\s*:\s*(\w+)')
_NEAR = 1 << 12  # bytes around a piece in which that is looked for
_SEVERAL = re.compile(rb'"(?:\w*index"\s*:\s*[1-9]|thought"\s*:\s*true)')


class Pieces:
    """Finds them in the fields of events that hold what a model writes: `WireProtocol.written`."""

    def __init__(self, redactor: Redactor, written: Sequence[str]) -> None:
        self._redactor = redactor
        value = rb'"\s*:\s*"((?:[^"\\\x00-\x1f]|\\.)+)"'
        self._fields = [re.compile(b'"' + re.escape(name.encode()) + value) for name in written]

    def spans(self, events: bytes) -> Iterator[Span]:
        """Yield what to replace: the first piece of a secret by its mark, the others by nothing."""
        several = _SEVERAL.search(events) is not None
        for field in self._fields:
            places = [m.span(1) for m in field.finditer(events)]
            for text in _texts(events, places) if several else [places]:
                yield from self._joined(events, text)

    def _joined(self, events: bytes, places: list[_Place]) -> Iterator[Span]:
        if places:
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
