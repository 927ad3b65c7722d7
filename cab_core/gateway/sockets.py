"""Sockets of cells: their addresses, which are short, and how many connections a cell may hold."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import AF_UNIX, socket
from typing import Any, cast

# From Python 3.13 on a server removes its socket by its address, which by then leads nowhere or elsewhere.
# A cell's directory is removed as a whole.
LEFT_ALONE: dict[str, Any] = {"cleanup_socket": False} if sys.version_info >= (3, 13) else {}
QUEUE = 128  # connections that wait to be accepted
CONNECTIONS = 256  # of one cell at once: descriptors are the runner's, and it runs other cells too


@contextmanager
def short_path(path: Path) -> Iterator[str]:
    """Yield a path of a socket, through its directory's descriptor, that fits however deep it lies.

    An address holds 107 bytes (unix(7)).

    Raises:
        OSError: the directory is not there.
    """
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{directory}/{path.name}"
    finally:
        os.close(directory)


def listening(path: Path) -> socket:
    """Return a socket that listens at a path, for any user who can reach it.

    Raises:
        OSError: there can be none.
    """
    own = socket(AF_UNIX)
    try:
        with short_path(path) as short:
            own.bind(short)
        path.chmod(0o666)
        own.listen(QUEUE)
        own.setblocking(False)
    except OSError:
        own.close()
        raise
    return own


class ConnectionLimit:
    """Makes the protocols of one cell's socket: counts connections, and closes those that are too many."""

    def __init__(self, make: Callable[[], asyncio.Protocol]) -> None:
        self._make = make
        self._inside: list[asyncio.Transport] = []

    def __call__(self) -> asyncio.Protocol:
        """Return what a connection has until it is let in."""
        return _Waiting(self)

    def let_in(self, transport: asyncio.BaseTransport | None) -> bool:
        """Return whether a connection came in here."""
        return transport in self._inside

    def enter(self, transport: asyncio.Transport) -> None:
        """Let a connection in, if there is room."""
        self._inside = [t for t in self._inside if not t.is_closing()]
        if len(self._inside) >= CONNECTIONS:
            transport.abort()
            return
        self._inside.append(transport)
        protocol = self._make()
        transport.set_protocol(protocol)
        protocol.connection_made(transport)


class _Waiting(asyncio.Protocol):
    def __init__(self, door: ConnectionLimit) -> None:
        self._door = door

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask to be let in."""
        self._door.enter(cast("asyncio.Transport", transport))
