"""Reading a wire record, as if a stranger had made it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import attrs
import zstandard

from cab_core.errors import UserError
from cab_core.records.wire import (
    VERSION,
    WIRE_FILE,
    Headers,
    WireAnswer,
    WireBody,
    WireCount,
    WireHead,
    WireLine,
)
from cab_core.store.reading import opened, record_of

from .bodies import LARGEST, as_bytes

LINE = 100 << 20  # bytes of one line: a text of the longest, escaped
LIMIT = 4 << 30  # bytes of a record, unpacked
LINES = 1_000_000  # of a record
MADE = 64 << 30  # bytes of request bodies, put together: few bytes of a record may stand for many
ANSWER = 64 << 20  # bytes of one answer: a writer keeps 16 MiB
HELD = 1 << 30  # bytes of calls that have not ended: sixteen go at once
_BESIDE = 4 << 20  # bytes of a line that are no text: each takes far more memory
_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*+"')
_BUFFER = 1 << 14  # bytes unpacked at once: so many before a fault are lost
_KEPT = 32  # request bodies: far more than a writer goes back
_WINDOW = 27  # log2 of the largest window that is given memory


@attrs.frozen(kw_only=True)
class Answered:
    """One answer. `body` as sent, unpacked; `pieces`: (ms, bytes as sent); `left_out`: bytes not kept."""

    tried: int
    at_ms: float
    status: int
    headers: Headers
    body: bytes
    pieces: tuple[tuple[int, int], ...]
    coding: str | None = None
    left_out: int = 0


@attrs.frozen(kw_only=True)
class WireCall:
    """One call, whole. `end_ms`: None where the record ends before it does; `left_out`: of the request.

    `like`: the earlier call of whose request this one's is the longer, `new`: the bytes that it adds.
    """

    n: int
    start_ns: int
    method: str
    path: str
    query: str
    headers: Headers
    body: bytes
    like: int | None
    new: int
    left_out: int
    answers: tuple[Answered, ...]
    end_ms: float | None


@attrs.define
class _Answer:
    """An answer as far as it was read."""

    head: WireAnswer
    body: list[bytes] = attrs.field(factory=list)
    pieces: list[tuple[int, int]] = attrs.field(factory=list)
    left_out: int = 0
    size: int = 0


@attrs.define
class _Call:
    """A call as far as it was read. `size`: bytes that it holds."""

    line: WireLine
    body: bytes
    answers: list[_Answer] = attrs.field(factory=list)
    size: int = 0


class WireReader:
    """A record's head, and its calls as they ended."""

    def __init__(self, at: Path, on_count: Callable[[WireCount], None] = lambda _: None) -> None:
        """Open a record, or the one in a cell's directory. `on_count` is given what is on it beside calls.

        Raises:
            UserError: there is none, or it cannot be read.
        """
        self.path = at / WIRE_FILE if at.is_dir() else at
        file = opened(self.path)
        if file is None:
            said = f"it has no wire record ({WIRE_FILE}): it was run with --no-wire, or by an earlier cab"
            raise UserError(f"{at}: {said}")
        self._on_count = on_count
        self._lines = _unpacked(file, self.path)
        self._under_way: dict[int, _Call] = {}
        self._bodies: dict[int, bytes] = {}
        self._held = self._made = 0
        first = next(self._lines, None)
        if first is None:
            raise UserError(
                f"{self.path}: there is nothing in it; the runner was killed before the first call"
            )
        self.head = record_of(first, WireHead, f"{self.path}:1")
        if self.head.wire != VERSION:
            said = f"version {self.head.wire} of the format; this cab reads version {VERSION}"
            raise UserError(f"{self.path}: {said}")

    def calls(self) -> Iterator[WireCall]:
        """Yield the calls, each when it has ended; at last those that never did.

        Raises:
            UserError: a line cannot be read.
        """
        for number, data in enumerate(self._lines, 2):
            where = f"{self.path}:{number}"
            line = record_of(data, WireLine, where)
            try:
                call = self._take(line)
            except UnicodeEncodeError as exc:
                raise UserError(f"{where}: a text of it stands for no bytes: {exc.reason}") from exc
            except ValueError as exc:
                raise UserError(f"{where}: {exc}") from exc
            if call is not None:
                yield call
        for left in self._under_way.values():
            yield _finished(left, None)

    def _take(self, line: WireLine) -> WireCall | None:
        """Take a line; return the call that ends with it.

        Raises:
            ValueError: it does not fit those before it.
        """
        if line.count is not None:
            as_bytes(line.count.request.text), as_bytes(line.count.answer.text)
            self._on_count(line.count)
            return None
        if line.request is not None:
            self._begin(line, line.request.body)
        call = self._under_way.get(line.n)
        if call is None:
            raise ValueError(f"call {line.n} has no request")
        if line.answer is not None:
            call.answers.append(_Answer(line.answer))
            self._grow(call, line.answer.body, line.answer.pieces)
        if line.part is not None:
            self._grow(call, line.part.body, line.part.pieces)
        if line.end_ms is None:
            return None
        self._held -= call.size
        return _finished(self._under_way.pop(line.n), line.end_ms)

    def _begin(self, line: WireLine, written: WireBody) -> None:
        if line.n in self._under_way:
            raise ValueError(f"call {line.n} has two requests")
        body = self._body(written)
        if len(body) <= 2 * LARGEST:  # marks may be longer than what they stand for
            self._bodies[line.n] = body
        if len(self._bodies) > _KEPT:
            del self._bodies[next(iter(self._bodies))]
        self._under_way[line.n] = call = _Call(line, body)
        self._hold(call, len(body))

    def _body(self, body: WireBody) -> bytes:
        base = self._bodies.get(body.like) if body.like is not None else b""
        if base is None or body.first < 0 or body.last < 0 or body.first + body.last > len(base):
            raise ValueError(f"it goes back to what call {body.like} does not have")
        text = as_bytes(body.text)
        self._made += body.first + len(text) + body.last
        if self._made > MADE:
            raise ValueError(f"its requests stand for more than {MADE:,} bytes")
        return base[: body.first] + text + base[len(base) - body.last :]

    def _grow(self, call: _Call, body: WireBody, pieces: Sequence[tuple[int, int]]) -> None:
        """Add what came of the last answer."""
        if not call.answers:
            raise ValueError(f"call {call.line.n} has no answer that could go on")
        answer, data = call.answers[-1], as_bytes(body.text)
        answer.size += len(data)
        if answer.size > ANSWER:
            raise ValueError(f"an answer has more than {ANSWER:,} bytes")
        if any(size < 0 or ms < 0 for ms, size in pieces):
            raise ValueError("a piece of an answer has less than no bytes, or came before the call")
        answer.body.append(data)
        answer.pieces += pieces
        answer.left_out += body.left_out
        self._hold(call, len(data) + 200 * (len(pieces) + len(answer.head.headers)))

    def _hold(self, call: _Call, size: int) -> None:
        call.size += size + 1000
        self._held += size + 1000
        if self._held > HELD:
            raise ValueError(f"calls that do not end hold more than {HELD:,} bytes")


def _unpacked(file: BinaryIO, path: Path) -> Iterator[bytes]:
    """Yield whole lines; what a killed runner left unfinished is passed over.

    Raises:
        UserError: it is not packed so, or is too large.
    """
    unpacker = zstandard.ZstdDecompressor(max_window_size=1 << _WINDOW)
    left, lines_left = LIMIT, LINES
    with file, unpacker.stream_reader(file, read_across_frames=True) as plain:
        lines = io.BufferedReader(plain, _BUFFER)
        while True:
            try:
                line = lines.readline(LINE)
            except zstandard.ZstdError as exc:
                raise UserError(f"{path}: it cannot be unpacked: {exc}") from exc
            left, lines_left = left - len(line), lines_left - 1
            if len(line) == LINE or left < 0 or lines_left < 0:
                said = f"expected lines of less than {LINE:,} bytes, {LIMIT:,} in all, {LINES:,} lines"
                raise UserError(f"{path}: {said}")
            if not line.endswith(b"\n"):
                return
            if len(line) > _BESIDE and len(_TEXT.sub(b"", line)) > _BESIDE:
                raise UserError(f"{path}: a line has more than {_BESIDE:,} bytes besides its texts")
            yield line


def _finished(call: _Call, end_ms: float | None) -> WireCall:
    request = call.line.request
    assert request is not None  # by which it was begun
    return WireCall(
        n=call.line.n,
        start_ns=request.start_ns,
        method=request.method,
        path=request.path,
        query=request.query,
        headers=request.headers,
        body=call.body,
        like=request.body.like,
        new=len(as_bytes(request.body.text)),
        left_out=request.body.left_out,
        answers=tuple(map(_answered, call.answers)),
        end_ms=end_ms,
    )


def _answered(answer: _Answer) -> Answered:
    head = answer.head
    return Answered(
        tried=head.tried,
        at_ms=head.at_ms,
        status=head.status,
        headers=head.headers,
        body=b"".join(answer.body),
        pieces=tuple(answer.pieces),
        coding=head.coding,
        left_out=answer.left_out,
    )
