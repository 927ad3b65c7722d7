"""Events that differ from one that was read in a text alone: they need not be read again.

Of a stream nearly all events are so: the model's next few characters in an envelope that stays the same.
Reading such an event again could find nothing that the first did not say, but for that text. So they are
known by their bytes, many at once, and not parsed.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from json.decoder import scanstring  # type: ignore[attr-defined]

from cab_core.plugins.said import Kept
from cab_core.plugins.wire_protocol import Reading

_STRING = rb'"((?:[^"\\\x00-\x1f]|\\.)+)"'
_HOLE = rb'((?:[^"\\\x00-\x1f]|\\.)*)'
_NOISE = rb'(?:"[A-Za-z0-9_-]*"|\d+)'
_GIVEN_UP = 8
_ENDS = (b"\r\n\r\n", b"\n\n")


class Repeats:
    """Knows events like the last one that it was taught. `written`: where a protocol's texts stand.

    `noise`: fields that say nothing and are other ones in each event, such as a number or padding.
    """

    def __init__(self, written: Iterable[str], noise: Iterable[str]) -> None:
        self._text = _value_of(tuple(written), _STRING)
        self._noise = _value_of(tuple(noise), _NOISE)
        self._like: re.Pattern[bytes] | None = None
        self._target: Kept | None = None
        self._in_vain = 0  # events in a row that were learned, and like which none came
        self.end = b"\n\n"

    @property
    def known(self) -> bool:
        """Whether there is an event to hold others against."""
        return self._like is not None

    def learn(self, event: bytes, before: tuple[int, int], reading: Reading) -> None:
        """Take an event in which the model wrote; `before`: how much it had said and thought until then.

        A stream in which no two are alike, for each tells how much was used so far, is soon given up.
        """
        if self._in_vain == _GIVEN_UP:
            return
        found = [m[2] for m in self._text.finditer(event)]
        end = next((e for e in _ENDS if event.endswith(e)), None)
        if len(found) != 1 or end is None:
            return
        text = decoded(found)
        grown = reading.said.text.size - before[0], reading.said.reasoning.size - before[1]
        if text is None or grown not in ((0, 0), (len(text), 0), (0, len(text))):
            return
        match = self._text.search(event)
        assert match is not None
        start, stop = match.span(2)
        self._in_vain += 1
        like = re.compile(self._escaped(event[:start]) + _HOLE + self._escaped(event[stop:]))
        self._like = None if self._in_vain == _GIVEN_UP else like
        self._target = None if grown == (0, 0) else reading.said.text if grown[0] else reading.said.reasoning
        self.end = end

    def _escaped(self, part: bytes) -> bytes:
        pieces, at = [], 0
        for match in self._noise.finditer(part):
            pieces += [re.escape(part[at : match.end(1)]), _NOISE]
            at = match.end()
        return b"".join([*pieces, re.escape(part[at:])])

    def take(self, events: bytes, reading: Reading) -> bytes | None:
        """Take whole events if they all are like the one that was learned; return their text, as it came.

        None: one of them is not, or their text cannot be read; nothing was taken.
        """
        if self._like is None:
            return None
        found = self._like.findall(events)
        if len(found) != events.count(self.end) or not events.endswith(self.end):
            return None
        text = decoded(found)
        if text is None:
            return None
        self._in_vain = 0
        if self._target is not None:
            self._target.add(text)
        reading.events += len(found) - found.count(b"")
        return b"".join(found)


@functools.cache
def _value_of(names: tuple[str, ...], value: bytes) -> re.Pattern[bytes]:
    """Return what finds the value of a field with one of these names."""
    return re.compile(rb'("(?:%s)"\s*:\s*)%s' % ("|".join(map(re.escape, names)).encode() or b"(?!)", value))


def decoded(pieces: list[bytes]) -> str | None:
    """Return the text of pieces of JSON strings; None where they are none."""
    raw = b"".join(pieces)
    try:
        text = raw.decode("utf-8")
        return scanstring(f'{text}"', 0, True)[0] if b"\\" in raw else text
    except ValueError:
        return None
