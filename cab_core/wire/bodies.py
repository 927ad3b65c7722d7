"""Request bodies of one cell, each as what it adds to an earlier one.

A CLI sends the whole conversation with every call. What an earlier body has was searched for secrets with
it, and is not searched, escaped and compressed again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

import attrs

from cab_core.records.wire import WireBody
from cab_core.redaction import Redactor, Span, replaced

from .alike import alike

LONGEST = 8 << 20  # characters of a text: escaped for JSON it is twelve times as long at most
LARGEST = 4 << 20  # bytes of a body to which others go back
_KEPT = 4  # bodies: sub-agents and side calls take turns
_WORTH = 1024  # bytes in common, at the least
_ENOUGH = 0.8  # of a body: no other is looked at
_AROUND = 1 << 10  # bytes by which what is new is searched with what was there: a secret may lie across


@attrs.frozen
class _Body:
    n: int
    raw: bytes
    spans: list[Span]
    clean: bytes


class Bodies:
    """Takes bodies, in the order of their calls or any other."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._kept: deque[_Body] = deque(maxlen=_KEPT)

    def take(self, n: int, raw: bytes) -> WireBody:
        """Return the body of call `n` as it is written, without what must not be."""
        earlier, first, last = self._nearest(raw)
        spans = list(self._spans(raw, earlier, first, last)) if earlier else self._redactor.spans(raw)
        body = _Body(n, raw, spans, replaced(raw, spans) if spans else raw)
        if earlier and (spans or earlier.spans):
            first, last = alike(earlier.clean, body.clean)
        if len(raw) <= LARGEST:
            self._kept.append(body)
        text = as_text(body.clean[first : len(body.clean) - last])
        return WireBody(text=text, like=earlier.n if earlier else None, first=first, last=last)

    def _nearest(self, raw: bytes) -> tuple[_Body | None, int, int]:
        """Return the body that has most in common with this one, and how much at both ends."""
        best: tuple[_Body | None, int, int] = None, 0, 0
        for kept in reversed(self._kept if len(raw) > _WORTH else ()):
            first, last = alike(kept.raw, raw)
            if first + last > max(best[1] + best[2], _WORTH):
                best = kept, first, last
            if first + last > len(raw) * _ENOUGH:
                break
        return best

    def _spans(self, raw: bytes, earlier: _Body, first: int, last: int) -> Iterator[Span]:
        """Return what is to be replaced: searched where the body is new, known where it is not."""
        shift = len(raw) - len(earlier.raw)
        begin = _outside(earlier.spans, max(0, first - _AROUND), before=True)
        end = _outside(earlier.spans, min(len(earlier.raw), len(earlier.raw) - last + _AROUND), before=False)
        yield from (s for s in earlier.spans if s[1] <= begin)
        yield from _moved(self._redactor.spans(raw[begin : end + shift]), begin)
        yield from _moved((s for s in earlier.spans if s[0] >= end), shift)


def _outside(spans: list[Span], at: int, before: bool) -> int:
    """Return a place, or where the span begins or ends in which it lies."""
    for begin, end, _ in reversed(spans) if before else spans:
        if begin < at < end:
            at = begin if before else end
    return at


def _moved(spans: Iterable[Span], by: int) -> Iterator[Span]:
    return ((begin + by, end + by, mark) for begin, end, mark in spans)


def as_text(data: bytes) -> str:
    """Return bytes as a text of the record: see `records.wire`."""
    return data.decode("utf-8", "surrogateescape")


def as_bytes(text: str) -> bytes:
    """Return what a text of the record stands for.

    Raises:
        UnicodeEncodeError: it stands for nothing.
    """
    return text.encode("utf-8", "surrogateescape")
