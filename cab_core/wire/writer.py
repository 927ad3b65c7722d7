"""Writing the wire record while its cell runs."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import attrs
import zstandard

from cab_core.plugins.wire_protocol import WireProtocol
from cab_core.records import to_json
from cab_core.records.line import json_line
from cab_core.records.wire import VERSION, WireBody, WireHead
from cab_core.redaction import Redactor, Span, replaced

from .bodies import LONGEST, Bodies, as_text
from .pieces import Pieces

MOST = 256 << 20  # bytes of a record on disk: nothing more is kept of bodies
MOST_UNPACKED = 2 << 30  # and of what it unpacks to
_WINDOW = 23  # 8 MiB (log2): what several calls have in common is found again
_LEVEL = 3
_FIELDS = [field.name for field in attrs.fields(WireBody)]
_NOT_KEPT = {"content-length", "authorization", "proxy-authorization", "cookie", "set-cookie"}


class WireWriter:
    """The record of one cell. Safe to use from several threads.

    What the disk refuses ends the record and no call: `fault` says so.
    """

    def __init__(
        self,
        path: Path,
        cell: str,
        model: str,
        protocol: WireProtocol,
        redactor: Redactor,
        credentials: Iterable[str],
        most: int = MOST,
        most_unpacked: int = MOST_UNPACKED,
    ) -> None:
        """Begin one. `credentials`: headers that are left out."""
        self._packer = zstandard.ZstdCompressor(
            compression_params=zstandard.ZstdCompressionParameters.from_level(_LEVEL, window_log=_WINDOW)
        ).compressobj()
        self.redactor = redactor.apart()  # what an endpoint repeats, the agent need not have seen
        self._bodies = Bodies(self.redactor)
        self._pieces = Pieces(self.redactor, protocol.written, protocol.noise)
        self._hidden = {*_NOT_KEPT, *credentials}
        self._lock = threading.RLock()
        self._most, self._most_unpacked, self._size, self._unpacked = most, most_unpacked, 0, 0
        self.left_out = 0  # bytes of bodies
        self.fault: str | None = None
        self._file: BinaryIO | None = None
        try:
            self._file = path.open("wb")
        except OSError as exc:
            self._broke(exc)
        self.write([to_json(WireHead(wire=VERSION, cell=cell, model=model, protocol=protocol.name))])

    def headers(self, headers: Mapping[str, str]) -> list[list[str]]:
        """Return headers as they may be written."""
        kept = [(str(k), v) for k, v in headers.items() if k.lower() not in self._hidden]
        clean = iter(self.redactor.texts([text for pair in kept for text in pair]))
        return [[name, next(clean)] for name in clean]

    def spans(self, body: bytes, streamed: bool) -> list[Span]:
        """Return what is to be replaced in an answer; events may have been sent as one body."""
        if streamed or b"data:" in body:
            return self._pieces.spans(body)
        return self.redactor.spans(body)

    def write(self, lines: list[dict[str, Any]]) -> None:
        """Write lines, so that they can be read whatever happens next."""
        with self._lock:
            if self._file is not None:
                try:
                    self._write(self._file, lines)
                except OSError as exc:
                    self._broke(exc)

    def _write(self, file: BinaryIO, lines: list[dict[str, Any]]) -> None:
        data = b"".join(map(json_line, lines))
        packed = self._packer.compress(data) + self._packer.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
        self._size += len(packed)
        self._unpacked += len(data)
        file.write(packed)
        file.flush()

    def _broke(self, exc: OSError) -> None:
        """End the record where it cannot be written: what came before can be read."""
        self.fault = exc.strerror or type(exc).__name__
        file, self._file = self._file, None
        if file is not None:
            with suppress(OSError):
                file.close()

    def request(self, n: int, body: bytes) -> dict[str, Any]:
        """Return a request's body as it is written."""
        with self._lock:
            return self._held(self._bodies.take(n, body), len(body))

    def answer(self, data: bytes, spans: list[Span], left_out: int = 0) -> dict[str, Any]:
        """Return a part of an answer's body as it is written."""
        text = as_text(replaced(data, spans) if spans else data)
        with self._lock:
            self.left_out += left_out
            return self._held(WireBody(text=text, left_out=left_out), len(data))

    def _held(self, body: WireBody, size: int) -> dict[str, Any]:
        """Return a body within the bounds. `size`: bytes that it stands for."""
        if self._size < self._most and self._unpacked < self._most_unpacked:
            if len(body.text) > LONGEST:
                body = _cut(body)
                self.left_out += body.left_out
            return {name: getattr(body, name) for name in _FIELDS}
        self.left_out += size
        return {"text": "", "left_out": size + body.left_out}

    def notes(self) -> list[str]:
        """Return what the record lacks, in sentences."""
        lacks = []
        if self.left_out:
            lacks.append(
                f"the wire record leaves out {self.left_out:,} bytes of what was asked and answered: "
                "they could not be unpacked, or were more than is kept"
            )
        if self.fault is not None:
            lacks.append(f"the wire record ends early, since it could not be written: {self.fault}")
        return lacks

    def close(self) -> None:
        """End the record."""
        with self._lock:
            file, self._file = self._file, None
            if file is None:
                return
            try:
                with file:
                    file.write(self._packer.flush(zstandard.COMPRESSOBJ_FLUSH_FINISH))
            except OSError as exc:
                self.fault = exc.strerror or type(exc).__name__


def _cut(body: WireBody) -> WireBody:
    """Return the beginning of a body that is too long."""
    rest = len(body.text[LONGEST:].encode("utf-8", "surrogateescape")) + body.last
    return attrs.evolve(body, text=body.text[:LONGEST], last=0, left_out=body.left_out + rest)
