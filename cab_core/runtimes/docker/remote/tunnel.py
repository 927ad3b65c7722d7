"""The runner's end of a remote sandbox's tunnel: from an attached stream to the gateway.

So the gateway is reached from an engine anywhere, through the engine's own connection: no port is
opened, no address is given, and the agent's container still has no network.
"""

from __future__ import annotations

import os
import queue
import selectors
import socket
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from cab_core.errors import SandboxError

from ..stream import OUTPUT
from .connection import Connection
from .relay import ASK, DATA, END, FULL, OPEN, READY, SPACE_LEFT, Frames, frame

_PATIENCE_S = 60
_READ = 1 << 16
# Bytes that the gateway has not taken yet. A client that sends more than that at once is cut off.
_WAITING = 64 << 20


class Tunnel:
    """Serves one remote sandbox until it is closed.

    One thread alone uses the attached stream: an encrypted one must not be read and written at once.
    It never waits for a connection to the gateway: an agent can make one stand still.
    """

    def __init__(self, stream: Any, gateway: Path | None) -> None:
        self._stream, self._gateway = stream, gateway
        self._selector = selectors.DefaultSelector()
        self._open: dict[int, Connection] = {}
        self._answers: queue.Queue[int | None] = queue.Queue()  # kinds of frames; None where there is an end
        self._asked, self._ask = os.pipe()
        self._said = b""
        self._thread = threading.Thread(target=self._serve, name="cab-tunnel", daemon=True)

    def start(self) -> None:
        """Serve from now on; return when the other end listens.

        Raises:
            SandboxError: it does not.
        """
        self._thread.start()
        self._answer()

    def is_full(self) -> bool:
        """Ask whether a directory of the sandbox is full.

        Raises:
            SandboxError: the sidecar is gone, and so is what the sandbox held.
        """
        os.write(self._ask, b"?")
        return self._answer() == FULL

    def _answer(self) -> int:
        with suppress(queue.Empty):
            if (kind := self._answers.get(timeout=_PATIENCE_S)) is not None:
                return kind
        said = self._said.decode("utf-8", "replace").strip() or "nothing"
        raise SandboxError(f"docker: the sidecar of a remote sandbox does not answer. It said: {said}")

    def close(self) -> None:
        """End the thread; the stream is the caller's to close."""
        with suppress(OSError):  # it has ended by itself
            self._stream.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        os.close(self._ask)
        os.close(self._asked)

    def _serve(self) -> None:
        outer, inner = Frames(OUTPUT), Frames()
        self._selector.register(self._stream, selectors.EVENT_READ)
        self._selector.register(self._asked, selectors.EVENT_READ)
        try:
            while self._turn(outer, inner):
                pass
        except OSError:
            pass  # the engine is gone; who waits for the container is told
        finally:
            for connection in self._open.values():
                connection.close()
            self._selector.close()
            self._answers.put(None)

    def _turn(self, outer: Frames, inner: Frames) -> bool:
        """Do what is to be done now; return False at the end of the stream."""
        for key, events in self._selector.select():
            if isinstance(key.data, Connection):
                self._from_gateway(key.data, events)
            elif key.fileobj == self._asked:
                os.read(self._asked, 1)
                self._stream.sendall(frame(0, ASK))
            elif data := self._stream.recv(_READ):
                for (channel, _), payload in outer.feed(data):
                    self._from_room(channel, payload, inner)
            else:
                return False
        return True

    def _from_room(self, channel: int, payload: bytes, frames: Frames) -> None:
        if channel != 1:
            self._said = (self._said + payload)[-2000:]
            return
        for (number, kind, _), data in frames.feed(payload):
            if kind in (READY, FULL, SPACE_LEFT):
                self._answers.put(kind)
            elif kind == OPEN:
                self._connect(number)
            elif (connection := self._open.get(number)) is not None:
                self._to_gateway(connection, data if kind == DATA else None)

    def _connect(self, number: int) -> None:
        try:
            assert self._gateway is not None
            self._open[number] = Connection(number, self._gateway, self._selector)
        except OSError:
            self._stream.sendall(frame(number, END))

    def _to_gateway(self, connection: Connection, data: bytes | None) -> None:
        """Pass on what a client sent; None where it will send no more."""
        waiting = sum(c.waiting for c in self._open.values()) + len(data or b"")
        try:
            if waiting > _WAITING:
                raise BlockingIOError
            connection.send(data)
        except OSError:
            self._end(connection)

    def _from_gateway(self, connection: Connection, events: int) -> None:
        if self._open.get(connection.number) is not connection:
            return  # it was ended by what came just before
        try:
            if events & selectors.EVENT_WRITE:
                connection.flush()
            data = connection.receive() if events & selectors.EVENT_READ else None
        except OSError:
            data = b""
        if data:
            self._stream.sendall(frame(connection.number, DATA, data))
        elif data is not None:
            self._end(connection)

    def _end(self, connection: Connection) -> None:
        del self._open[connection.number]
        connection.close()
        self._stream.sendall(frame(connection.number, END))
