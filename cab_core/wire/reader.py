"""Reading a wire record, as if a stranger had made it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import attrs
import zstandard

from cab_core.errors import UserError
from cab_core.records.wire import WIRE_FILE, Headers, WireAnswer, WireBody, WireHead, WireLine, WirePart
from cab_core.store.reading import opened, record_of

from .bodies import as_bytes

LINE = 64 << 20  # bytes of one line
LIMIT = 4 << 30  # bytes of a record, unpacked
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
    left_out: int = 0


@attrs.frozen(kw_only=True)
class WireCall:
    """One call, whole. `end_ms`: None where the record ends before it does; `left_out`: of the request."""

    n: int
    start_ns: int
    method: str
    path: str
    query: str
    headers: Headers
    body: bytes
    left_out: int
    answers: tuple[Answered, ...]
    end_ms: float | None


class WireReader:
    """A record's head, and its calls as they ended."""

    def __init__(self, at: Path) -> None:
        """Open a record, or the one in a cell's directory.

        Raises:
            UserError: there is none, or it cannot be read.
        """
        self.path = at / WIRE_FILE if at.is_dir() else at
        file = opened(self.path)
        if file is None:
            said = f"it has no wire record ({WIRE_FILE}): it was run with --no-wire, or by an earlier cab"
            raise UserError(f"{at}: {said}")
        self._lines = self._unpacked(file)
        first = next(self._lines, None)
        if first is None:
            raise UserError(f"{self.path}: it is empty; the runner was killed before the first call")
        self.head = record_of(first, WireHead, f"{self.path}:1")
        if self.head.wire != 1:
            raise UserError(f"{self.path}: version {self.head.wire} of the format; this cab reads version 1")

    def _unpacked(self, file: BinaryIO) -> Iterator[bytes]:
        """Yield whole lines; what a killed runner left unfinished is passed over.

        Raises:
            UserError: it is not packed so, or is too large.
        """
        unpacker = zstandard.ZstdDecompressor(max_window_size=1 << _WINDOW)
        left = LIMIT
        with file, unpacker.stream_reader(file, read_across_frames=True) as plain:
            lines = io.BufferedReader(plain, 1 << 18)
            while True:
                try:
                    line = lines.readline(LINE)
                except zstandard.ZstdError as exc:
                    raise UserError(f"{self.path}: it cannot be unpacked: {exc}") from exc
                left -= len(line)
                if len(line) == LINE or left < 0:
                    raise UserError(
                        f"{self.path}: expected lines of less than {LINE:,} bytes, {LIMIT:,} in all"
                    )
                if not line.endswith(b"\n"):
                    return
                yield line

    def calls(self) -> Iterator[WireCall]:
        """Yield the calls, each when it has ended; at last those that never did.

        Raises:
            UserError: a line cannot be read.
        """
        under_way: dict[int, tuple[bytes, list[WireLine]]] = {}
        bodies: dict[int, bytes] = {}
        for number, data in enumerate(self._lines, 2):
            line = record_of(data, WireLine, f"{self.path}:{number}")
            if line.request is not None:
                body = self._body(line.request.body, bodies, number)
                _remember(bodies, line.n, body)
                under_way[line.n] = body, []
            if line.n not in under_way:
                raise UserError(f"{self.path}:{number}: call {line.n} has no request")
            under_way[line.n][1].append(line)
            if line.end_ms is not None:
                yield _call(*under_way.pop(line.n))
        for left in under_way.values():
            yield _call(*left)

    def _body(self, body: WireBody, earlier: dict[int, bytes], number: int) -> bytes:
        base = earlier.get(body.like) if body.like is not None else b""
        if base is None or not 0 <= body.first <= len(base) or not 0 <= body.last <= len(base):
            raise UserError(
                f"{self.path}:{number}: it goes back to call {body.like}, which does not stand there"
            )
        return base[: body.first] + as_bytes(body.text) + base[len(base) - body.last :]


def _remember(bodies: dict[int, bytes], n: int, body: bytes) -> None:
    """Keep a request's body: those that come go back to one of the last."""
    bodies[n] = body
    if len(bodies) > _KEPT:
        del bodies[next(iter(bodies))]


def _call(body: bytes, lines: list[WireLine]) -> WireCall:
    request = next(line.request for line in lines if line.request is not None)
    return WireCall(
        n=lines[0].n,
        start_ns=request.start_ns,
        method=request.method,
        path=request.path,
        query=request.query,
        headers=request.headers,
        body=body,
        left_out=request.body.left_out,
        answers=tuple(_answers(lines)),
        end_ms=lines[-1].end_ms,
    )


def _answers(lines: list[WireLine]) -> Iterator[Answered]:
    """Put the parts of each answer together."""
    answer: WireAnswer | None = None
    parts: list[WirePart] = []
    for line in lines:
        if line.part is not None:
            parts.append(line.part)
        elif answer is not None:
            yield _answered(answer, parts)
        if line.answer is not None:
            parts = [WirePart(body=line.answer.body, pieces=line.answer.pieces)]
        answer = line.answer or (answer if line.part is not None else None)


def _answered(answer: WireAnswer, parts: list[WirePart]) -> Answered:
    return Answered(
        tried=answer.tried,
        at_ms=answer.at_ms,
        status=answer.status,
        headers=answer.headers,
        body=b"".join([as_bytes(p.body.text) for p in parts]),
        pieces=tuple(piece for p in parts for piece in p.pieces),
        left_out=sum(p.body.left_out for p in parts),
    )
