"""Secrets that a stream says in pieces, each in an event of its own."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from cab_core.redaction import Redactor, Span


class Pieces:
    """Finds them in the fields of events that hold what a model writes: `WireProtocol.written`."""

    def __init__(self, redactor: Redactor, written: Sequence[str]) -> None:
        self._redactor = redactor
        value = rb'"\s*:\s*"((?:[^"\\\x00-\x1f]|\\.)+)"'
        self._fields = [re.compile(b'"' + re.escape(name.encode()) + value) for name in written]

    def spans(self, events: bytes) -> Iterator[Span]:
        """Yield what to replace: the first piece of a secret by its mark, the others by nothing."""
        for field in self._fields:
            places = [m.span(1) for m in field.finditer(events)]
            if not places:
                continue
            said = b"".join([events[begin:end] for begin, end in places])
            for begin, end, mark in self._redactor.spans(said):
                yield from _across(places, begin, end, mark)


def _across(places: list[tuple[int, int]], begin: int, end: int, mark: bytes) -> Iterator[Span]:
    """Yield where a part of the joined pieces stands in the events."""
    starts = [0, *accumulate(stop - start for start, stop in places)]
    number = bisect_right(starts, begin) - 1
    while begin < end:
        at = places[number][0] + begin - starts[number]
        size = min(end, starts[number + 1]) - begin
        yield at, at + size, mark
        begin, number, mark = begin + size, number + 1, b""
