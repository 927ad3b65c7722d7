"""Addresses of sockets, which are short: 107 bytes (unix(7))."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def short_path(socket: Path) -> Iterator[str]:
    """Yield a path of a socket, through its directory's descriptor, that fits however deep it lies.

    Raises:
        OSError: the directory is not there.
    """
    directory = os.open(socket.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{directory}/{socket.name}"
    finally:
        os.close(directory)
