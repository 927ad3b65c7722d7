"""Secrets in a stream of events: whole ones, and those in pieces, each in an event of its own."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from cab_core.redaction import Redactor, Span

# What tells apart texts that are written at the same time: choices, parallel tool calls, thoughts.
_WHICH = re.compile(rb'"(?:\w*index|thought)"\s*:\s*(\w+)')
_SEVERAL = re.compile(rb'"(?:\w*index"\s*:\s*[1-9]|thought"\s*:\s*true)')
_VALUE = rb')"\s*:\s*(?:"((?:[^"\\\x00-\x1f]|\\.)*+)"|(\d++))'
_EACH = 4  # parts that are cut for a field: what stands before it, its name, its text, its number
_APART = "\ufffd".encode()


class Pieces:
    """Looks through events. `written`, `noise`: what differs from one to the next, see `WireProtocol`."""

    def __init__(self, redactor: Redactor, written: Sequence[str], noise: Sequence[str]) -> None:
        self._redactor = redactor
        names = b"|".join(re.escape(name.encode()) for name in (*written, *noise))
        self._field = re.compile(b'"(' + names + _VALUE)

    def spans(self, events: bytes) -> list[Span]:
        """Return what to replace, in order: of a secret in pieces the first by its mark, others by nothing.

        What is the same in many events is searched once; what is found there is looked up in all of them.
        """
        parts = self._field.split(events)
        rest = _APART.join({*parts[::_EACH], *filter(None, parts[3::_EACH])})
        fields = _together(parts, several=_SEVERAL.search(rest) is not None)
        texts = [b"".join([parts[2 + n * _EACH] for n in numbers]) for numbers in fields]
        if not self._redactor.finds(_APART.join([rest, *texts])):
            return []  # all at once: one by one would cost more
        found = self._redactor.spans(events) if self._redactor.finds(rest) else []
        places = [m.span(2) for m in self._field.finditer(events)]
        for numbers, text in zip(fields, texts, strict=True):
            for hit in self._redactor.spans(text):
                found += _across([places[n] for n in numbers], *hit)
        return sorted(found, key=lambda s: (s[0], -s[1]))


def _together(parts: list[bytes], several: bool) -> list[list[int]]:
    """Return the numbers of the fields that hold each text, by their name and by what stands around them."""
    found: dict[object, list[int]] = {}
    known: dict[tuple[bytes, bytes], list[bytes]] = {}
    names, texts = parts[1::_EACH], parts[2::_EACH]
    for n, (name, text) in enumerate(zip(names, texts, strict=True)):
        if text:
            key: object = name
            if several:
                around = parts[n * _EACH], parts[(n + 1) * _EACH]
                if around not in known:
                    known[around] = _WHICH.findall(_line(*around))
                key = name, *known[around]
            found.setdefault(key, []).append(n)
    return list(found.values())


def _line(before: bytes, after: bytes) -> bytes:
    """Return what is in the same line."""
    return before.rpartition(b"\n")[2] + after.partition(b"\n")[0]


def _across(places: list[tuple[int, int]], begin: int, end: int, mark: bytes) -> Iterator[Span]:
    """Yield where a part of the joined pieces stands in the events."""
    starts = [0, *accumulate(stop - start for start, stop in places)]
    number = bisect_right(starts, begin) - 1
    while begin < end:
        at = places[number][0] + begin - starts[number]
        size = min(end, starts[number + 1]) - begin
        yield at, at + size, mark
        begin, number, mark = begin + size, number + 1, b""
