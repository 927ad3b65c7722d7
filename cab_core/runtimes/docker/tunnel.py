"""The runner's end of a far room's tunnel: connections come over an attached stream and go to the gateway.

So the gateway is reached from an engine anywhere, through the engine's own connection: no port is
opened, no address is given, and the agent's container still has no network.
"""

from __future__ import annotations

import os
import queue
import selectors
import socket
import struct
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from cab_core.errors import SandboxError
from cab_core.gateway.sockets import short_path

from .relay import ASK, DATA, END, FULL, OPEN, READY, ROOM_LEFT, Frames, frame

OUTPUT = struct.Struct(">BxxxL")  # the engine's own frames: channel, three zeros, length
_PATIENCE_S = 60
_ASKED = -1
_READ = 1 << 16


class Tunnel:
    """Serves one far room until it is closed.

    One thread alone uses the attached stream: an encrypted one must not be read and written at once.
    """

    def __init__(self, stream: Any, gateway: Path | None) -> None:
        self._stream, self._gateway = stream, gateway
        self._selector = selectors.DefaultSelector()
        self._open: dict[int, socket.socket] = {}
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
        """Ask whether a directory of the room is full.

        Raises:
            SandboxError: the holder is gone, and so is what the room held.
        """
        os.write(self._ask, b"?")
        return self._answer() == FULL

    def _answer(self) -> int:
        with suppress(queue.Empty):
            if (kind := self._answers.get(timeout=_PATIENCE_S)) is not None:
                return kind
        said = self._said.decode("utf-8", "replace").strip() or "nothing"
        raise SandboxError(f"docker: the holder of a far room does not answer. It said: {said}")

    def close(self) -> None:
        """End the thread; the stream is the caller's to close."""
        try:
            self._stream.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # it has ended by itself
        self._thread.join()
        os.close(self._ask)
        os.close(self._asked)

    def _serve(self) -> None:
        outer, inner = Frames(OUTPUT), Frames()
        self._selector.register(self._stream, selectors.EVENT_READ)
        self._selector.register(self._asked, selectors.EVENT_READ, _ASKED)
        try:
            while True:
                for key, _ in self._selector.select():
                    if key.data == _ASKED:
                        os.read(self._asked, 1)
                        self._stream.sendall(frame(0, ASK))
                        continue
                    if key.data is not None:
                        self._from_gateway(key.data)
                        continue
                    data = self._stream.recv(_READ)
                    if not data:
                        return
                    for (channel, _), payload in outer.feed(data):
                        self._from_room(channel, payload, inner)
        except OSError:
            pass  # the engine is gone; who waits for the container is told
        finally:
            for number in list(self._open):
                self._drop(number)
            self._selector.close()
            self._answers.put(None)

    def _from_room(self, channel: int, payload: bytes, frames: Frames) -> None:
        if channel != 1:
            self._said = (self._said + payload)[-2000:]
            return
        for (number, kind, _), data in frames.feed(payload):
            if kind in (READY, FULL, ROOM_LEFT):
                self._answers.put(kind)
            elif kind == OPEN:
                self._connect(number)
            elif number in self._open:
                self._pass_on(number, kind, data)

    def _connect(self, number: int) -> None:
        assert self._gateway is not None
        connection = socket.socket(socket.AF_UNIX)
        try:
            with short_path(self._gateway) as path:
                connection.connect(path)
        except OSError:
            connection.close()
            self._stream.sendall(frame(number, END))
            return
        self._open[number] = connection
        self._selector.register(connection, selectors.EVENT_READ, number)

    def _pass_on(self, number: int, kind: int, data: bytes) -> None:
        try:
            if kind == DATA:
                self._open[number].sendall(data)
            elif kind == END:
                self._open[number].shutdown(socket.SHUT_WR)
        except OSError:
            self._end(number)

    def _from_gateway(self, number: int) -> None:
        if number not in self._open:
            return  # dropped by what came just before
        try:
            data = self._open[number].recv(_READ)
        except OSError:
            data = b""
        if data:
            self._stream.sendall(frame(number, DATA, data))
        else:
            self._end(number)

    def _end(self, number: int) -> None:
        self._drop(number)
        self._stream.sendall(frame(number, END))

    def _drop(self, number: int) -> None:
        connection = self._open.pop(number)
        self._selector.unregister(connection)
        connection.close()
