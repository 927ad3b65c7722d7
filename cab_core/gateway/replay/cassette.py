"""The calls of a record, to be answered from: each once, by what it asked."""

from __future__ import annotations

import hashlib
import threading
from functools import cached_property
from pathlib import Path

import attrs

from cab_core.errors import UserError
from cab_core.records.wire import WireHead
from cab_core.store.reading import opened
from cab_core.wire.reader import WireCall, WireReader

from .alike import changing, difference, lasting, lines, names
from .counts import Counts

MOST = 1 << 30  # bytes of requests and answers: they are held while a cell runs
_SHOWN = 200  # characters of a difference


@attrs.define(slots=False)
class Entry:
    """A call on record. `asked`: what it asked, as far as that lasts; `changing`: the rest of it."""

    call: WireCall
    asked: bytes
    changing: bytes
    used: bool = False

    @classmethod
    def of(cls, call: WireCall) -> Entry:
        """Return a call as it is kept."""
        return cls(attrs.evolve(call, body=b""), lasting(call.body), changing(call.body))

    @property
    def size(self) -> int:
        """Bytes that it holds."""
        return len(self.asked) + len(self.changing) + sum(len(a.body) for a in self.call.answers)

    @cached_property
    def lines(self) -> bytes:
        """Tells whether another has the same lines."""
        return _digest(lines(self.asked))


class Unrecorded(Exception):
    """A request that the record does not hold; its text says which call is nearest and where it differs."""


class Cassette:
    """A record that answers. Safe to use from several threads.

    `names`: what stands now for an id of the record, as far as the requests have shown it.
    """

    def __init__(self, path: Path) -> None:
        """Read a record.

        Raises:
            UserError: it cannot be read, is too large, or holds no call.
        """
        self.counts = Counts()
        reader = WireReader(path, self.counts.add)
        self.head: WireHead = reader.head
        self.entries, size = list[Entry](), 0
        for call in reader.calls():
            self.entries.append(entry := Entry.of(call))
            size += entry.size
            if size + self.counts.size > MOST:
                raise UserError(f"{path}: its calls hold more than {MOST:,} bytes; so much is not replayed")
        self.entries.sort(key=lambda e: e.call.n)
        if not self.entries:
            raise UserError(f"{path}: it holds no call to the model, so there is nothing to replay")
        self.names: dict[bytes, bytes] = {}
        self._lock = threading.Lock()

    def take(self, body: bytes) -> WireCall:
        """Return the first call that asked the same and has not been taken; else one with the same lines.

        Raises:
            Unrecorded: there is none.
        """
        asked = lasting(body)
        with self._lock:
            left = [e for e in self.entries if not e.used]
            same = next((e for e in left if e.asked == asked), None)
            if same is None:
                sorted_lines = _digest(lines(asked))
                same = next((e for e in left if e.lines == sorted_lines), None)
            if same is None:
                raise Unrecorded(self._nearest(asked, left))
            same.used = True
            if same.asked == asked:
                self.names = names(same.changing, changing(body)) | self.names
            return same.call

    def _nearest(self, asked: bytes, left: list[Entry]) -> str:
        if not left:
            return f"all {len(self.entries)} calls of the record have been answered, and one more was made"
        nearest = max(left, key=lambda e: _common(e.asked, asked))
        was, is_now = difference(nearest.asked, asked)
        return (
            f"no call of the record asks this; the nearest is call {nearest.call.n}, where stands "
            f"{was[:_SHOWN]!r}, now {is_now[:_SHOWN]!r}"
        )


def _common(one: bytes, other: bytes) -> int:
    size = min(len(one), len(other))
    return next((n for n in range(0, size, 64) if one[n : n + 64] != other[n : n + 64]), size)


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def digest_of(path: Path) -> str:
    """Return the sha256 of a record's file.

    Raises:
        UserError: there is none.
    """
    file = opened(path)
    if file is None:
        raise UserError(f"{path}: no such record")
    with file:
        return hashlib.file_digest(file, "sha256").hexdigest()
