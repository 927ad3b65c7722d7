"""What a container says, as the engine passes it on."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# Heads of the engine's frames, where there is no terminal: channel, three zeros, length.
OUTPUT = struct.Struct(">BxxxL")


@contextmanager
def attached(response: Any) -> Iterator[Any]:
    """Yield the socket of what `attach_socket` returned, and close it."""
    sock = getattr(response, "_sock", response)
    try:
        yield sock
    finally:
        answer = getattr(response, "_response", None)
        if answer is not None:
            answer.close()  # before its socket: Python 3.13 flushes at the end what is closed, and says so
        sock.close()
        response.close()
