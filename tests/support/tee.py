"""A proxy on loopback that passes every byte on and keeps what came back, one connection after another."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit


class Tee:
    """`url` is in front of `target`, from the start until the context is left."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        assert parts.hostname and parts.port
        self._target = (parts.hostname, parts.port)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}{parts.path}"
        self._came: list[bytearray] = []
        self.passed = threading.Condition()
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Tee:
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()

    def came(self) -> int:
        """Return how many bytes came back until now."""
        return sum(map(len, self._came))

    def bodies(self) -> list[bytes]:
        """Return the bodies of all answers that came whole, without their framing, sorted."""
        return sorted(body for came in self._came for body in _bodies(bytes(came)))

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        kept = bytearray()
        self._came.append(kept)
        with near, suppress(OSError), socket.create_connection(self._target) as far:
            threading.Thread(target=self._pump, args=(near, far, None), daemon=True).start()
            self._pump(far, near, kept)

    def _pump(self, source: socket.socket, sink: socket.socket, kept: bytearray | None) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if kept is not None:
                    kept += data
                    with self.passed:
                        self.passed.notify_all()
                sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)


def _bodies(data: bytes) -> Iterator[bytes]:
    """Yield the body of each HTTP answer in what came over one connection; of the last, what there is."""
    while b"\r\n\r\n" in data:
        head, _, rest = data.partition(b"\r\n\r\n")
        said = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:])
        if b"chunked" in said.get(b"transfer-encoding", b""):
            body, data = _unchunked(rest)
        else:
            size = int(said.get(b"content-length", len(rest)))
            body, data = rest[:size], rest[size:]
        yield body


def _unchunked(data: bytes) -> tuple[bytes, bytes]:
    body = b""
    while b"\r\n" in data:
        line, _, data = data.partition(b"\r\n")
        size = int(line.split(b";")[0], 16)
        if size == 0:
            return body, data[2:]  # there are no trailers
        body, data = body + data[:size], data[size + 2 :]
    return body, b""
