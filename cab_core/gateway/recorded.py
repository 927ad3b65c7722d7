"""One call on its way into the wire record: noted while it passes, written when it is over."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

import attrs

from cab_core.redaction import Span
from cab_core.wire.bodies import LONGEST

from .answer import Answer
from .coding import decode

if TYPE_CHECKING:
    from cab_core.wire.writer import WireWriter

    from .call import Call

_PART = 256 << 10  # bytes of an answer that are written at once
_WAITING = 1 << 14  # bytes of it that wait for what may follow: a secret may lie across
_LONGEST = 16 << 20  # bytes of one answer that are kept, as they came


@attrs.define
class _Coming:
    """An answer that is being read."""

    head: dict[str, Any] | None  # None: it is written
    coding: str
    data: bytearray = attrs.field(factory=bytearray)  # that is not yet written
    pieces: list[tuple[int, int]] = attrs.field(factory=list)
    size: int = 0  # bytes that were kept
    left_out: int = 0
    enough: int = _PART  # bytes of data at which a part is written

    @property
    def weight(self) -> int:
        """How many bytes are to be looked at, as far as is known: what is packed may be many."""
        return LONGEST if self.coding and self.data else len(self.data)

    def take(self, chunk: bytes, ms: int) -> None:
        """Take what came; of what is too long no more than how much it was."""
        kept = chunk[: _LONGEST - self.size]
        self.left_out += len(chunk) - len(kept)
        if not kept:
            return
        if self.pieces and self.pieces[-1][0] == ms:
            self.pieces[-1] = ms, self.pieces[-1][1] + len(kept)
        else:
            self.pieces.append((ms, len(kept)))
        self.data += kept
        self.size += len(kept)

    def unpacked(self) -> bytes:
        """Return what came and is not written, without its Content-Encoding."""
        data = bytes(self.data)
        if not self.coding:
            return data
        plain = decode(self.coding, data)
        self.left_out += len(data) if plain is None else max(0, len(plain) - LONGEST)
        return (plain or b"")[:LONGEST]


@attrs.define
class Recorded:
    """What one call leaves in the record."""

    writer: WireWriter
    call: Call
    _begun: bool = False  # its request is written
    _lines: list[dict[str, Any]] = attrs.field(factory=list)
    _coming: _Coming | None = None

    async def noted(self, answer: Answer) -> Answer:
        """Return an answer that is noted while its body is read."""
        if self._coming is not None:
            await self._in_turn(self._end_answer)
        head = {
            "tried": self.call.tries,
            "at_ms": self._ms(),
            "status": answer.status,
            "headers": self.writer.headers(answer.headers),
        }
        coding = answer.headers.get("Content-Encoding", "").strip().lower()
        if coding in ("", "identity"):
            coding = ""
        else:
            head["coding"] = self.writer.redactor.text(answer.headers["Content-Encoding"]).strip()[:80]
        self._coming = _Coming(head, coding)
        return Answer(answer.status, answer.headers, self._noted(answer.body, self._coming), answer.ready)

    async def _noted(self, body: AsyncIterator[bytes], coming: _Coming) -> AsyncIterator[bytes]:
        began = self.call.started
        async for chunk in body:
            coming.take(chunk, int((time.monotonic() - began) * 1000))
            if len(coming.data) > coming.enough and not coming.coding:
                await self._in_turn(self._write_part, coming)
            yield chunk

    async def _in_turn(self, work: Callable[..., None], *args: _Coming) -> None:
        """Do some work on the record; what goes back to an earlier body is so written behind it."""
        size = (0 if self._begun else len(self.call.body)) + (self._coming.weight if self._coming else 0)
        await self.call.session.writing.do(size, work, *args)

    def _ms(self) -> float:
        return round((time.monotonic() - self.call.started) * 1000, 1)

    def _write_part(self, coming: _Coming) -> None:
        """Write what has come of a long answer, but for its end."""
        data = bytes(coming.data)
        spans, most = self._spans(data), len(data) - _WAITING
        cut = min([most, *(begin for begin, end, _ in spans if end > most)])
        self._add(coming, data[:cut], [s for s in spans if s[0] < cut])
        del coming.data[:cut]
        coming.enough = max(_PART, 2 * len(coming.data))  # what cannot be cut is not searched with each chunk
        self._write()

    def _end_answer(self) -> None:
        if (coming := self._coming) is not None:
            data = coming.unpacked()
            self._add(coming, data, self._spans(data))
            self._coming = None

    def _add(self, coming: _Coming, data: bytes, spans: list[Span]) -> None:
        """Add a line for what has come: an answer's first part, or how it goes on."""
        kind = "part" if coming.head is None else "answer"
        body = self.writer.answer(data, spans, coming.left_out)
        said = {**(coming.head or {}), "body": body, "pieces": coming.pieces}
        self._lines.append({"n": self.call.n, kind: said})
        coming.head, coming.pieces, coming.left_out = None, [], 0

    def _spans(self, data: bytes) -> list[Span]:
        return self.writer.spans(data, self.call.streamed)

    async def ended(self) -> None:
        """Write what is left."""
        await self._in_turn(self._end)

    def _end(self) -> None:
        self._end_answer()
        self._lines.append({"n": self.call.n, "end_ms": self._ms()})
        self._write()

    def _write(self) -> None:
        if not self._begun:
            self._lines.insert(0, {"n": self.call.n, "request": self._request()})
            self._begun = True
        self.writer.write(self._lines)
        self._lines = []

    def _request(self) -> dict[str, Any]:
        call = self.call
        path, query = self.writer.redactor.texts([call.operation.path, call.query])
        return {
            "start_ns": call.start_ns,
            "method": "POST",
            "path": path,
            "query": query,
            "headers": self.writer.headers(call.headers),
            "body": self.writer.request(call.n, call.body),
        }
