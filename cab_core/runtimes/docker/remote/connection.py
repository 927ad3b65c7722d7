"""One connection of a tunnel to the gateway."""

from __future__ import annotations

import selectors
import socket
from contextlib import suppress
from pathlib import Path

from cab_core.gateway.sockets import short_path

_READ = 1 << 16


class Connection:
    """A connection to the gateway that never makes anybody wait.

    Raises:
        OSError: (all methods) the gateway is not there, or has ended it.
    """

    def __init__(self, number: int, gateway: Path, selector: selectors.BaseSelector) -> None:
        self.number, self._selector = number, selector
        self._waiting, self._last = bytearray(), False
        self._socket = socket.socket(socket.AF_UNIX)
        try:
            with short_path(gateway) as path:
                self._socket.connect(path)
        except OSError:
            self._socket.close()
            raise
        self._socket.setblocking(False)
        selector.register(self._socket, selectors.EVENT_READ, self)

    @property
    def waiting(self) -> int:
        """Return how many bytes the gateway has not taken yet."""
        return len(self._waiting)

    def send(self, data: bytes | None) -> None:
        """Send this after all that waits; None: and no more after that."""
        self._last = data is None
        self._waiting += data or b""
        self.flush()

    def flush(self) -> None:
        """Send what the gateway takes now."""
        with suppress(BlockingIOError):
            while self._waiting:
                del self._waiting[: self._socket.send(self._waiting[:_READ])]
        if self._last and not self._waiting:
            self._socket.shutdown(socket.SHUT_WR)
            self._last = False
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._waiting else 0)
        self._selector.modify(self._socket, events, self)

    def receive(self) -> bytes | None:
        """Return what has come, None where nothing has, nothing where no more will."""
        try:
            return self._socket.recv(_READ)
        except BlockingIOError:
            return None

    def close(self) -> None:
        """End it."""
        self._selector.unregister(self._socket)
        self._socket.close()
