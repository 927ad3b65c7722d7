"""The program in the sidecar of a remote sandbox: carries connections over its standard streams.

    python3 relay.py SOCKET|- [DIRECTORY ...]

It listens at SOCKET, where one is named; each connection goes to the runner, and back. Asked whether
the directories are full, it answers, and makes them fit to be fetched. It lives until standard input
ends, which is when the runner is gone.

It runs alone in its image, with the standard library. Both directions carry frames: connection (4
bytes), kind (1), length (4), payload. `tunnel` is the other end.
"""

from __future__ import annotations

import asyncio
import os
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress

HEAD = struct.Struct(">IBI")
READY, OPEN, DATA, END, ASK, FULL, SPACE_LEFT = range(7)
CONNECTIONS = 256  # at once; a further one is closed
WAITING = 64 << 20  # bytes that clients have not taken yet; one that leaves more than that is cut off
_READ = 1 << 16


class Frames:
    """Cuts a stream of bytes into frames, whose head ends with the payload's length."""

    def __init__(self, head: struct.Struct = HEAD) -> None:
        self._head, self._rest = head, bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[tuple[int, ...], bytes]]:
        """Take what came; yield (head, payload) of each frame that is whole."""
        self._rest += data
        while len(self._rest) >= self._head.size:
            head = self._head.unpack_from(self._rest)
            end = self._head.size + head[-1]
            if len(self._rest) < end:
                return
            payload = bytes(self._rest[self._head.size : end])
            del self._rest[:end]
            yield head, payload


def frame(connection: int, kind: int, payload: bytes = b"") -> bytes:
    """Return a frame as bytes."""
    return HEAD.pack(connection, kind, len(payload)) + payload


class Relay:
    """Accepts connections at a socket and carries them over two pipes."""

    def __init__(self, out: asyncio.StreamWriter, directories: list[str]) -> None:
        self._out, self._directories = out, directories
        self._open: dict[int, asyncio.StreamWriter] = {}
        self._leaving: list[asyncio.StreamWriter] = []  # closed, but not all of it is taken yet
        self._last = 0

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry what a client sends until it sends no more."""
        if len(self._open) >= CONNECTIONS:
            writer.close()
            return
        self._last = number = self._last + 1
        self._open[number] = writer
        self._out.write(frame(number, OPEN))
        try:
            await self._out.drain()
            while data := await reader.read(_READ):
                self._out.write(frame(number, DATA, data))
                await self._out.drain()
        except OSError:
            pass  # the client is gone
        self._out.write(frame(number, END))

    async def deliver(self, reader: asyncio.StreamReader) -> None:
        """Give clients what the runner sends, until it is gone.

        Nothing waits for a client that does not read: it would hold up the others.
        """
        frames = Frames()
        while data := await reader.read(_READ):
            for (number, kind, _), payload in frames.feed(data):
                if kind == ASK:
                    for directory in self._directories:
                        tame(directory)
                    self._out.write(frame(0, FULL if any(map(is_full, self._directories)) else SPACE_LEFT))
                elif kind == DATA and number in self._open:
                    self._give(number, payload)
                elif kind == END and number in self._open:
                    # What was written is sent before it closes.
                    self._open[number].close()
                    self._leaving.append(self._open.pop(number))

    def _give(self, number: int, payload: bytes) -> None:
        self._leaving = [w for w in self._leaving if w.transport.get_write_buffer_size()]
        writers = (*self._open.values(), *self._leaving)
        waiting = sum(w.transport.get_write_buffer_size() for w in writers)
        if waiting + len(payload) > WAITING:
            self._open.pop(number).transport.abort()
        else:
            self._open[number].write(payload)


def tame(directory: str) -> None:
    """Give a directory the present time: the engine cannot speak of one beyond the year 9999."""
    with suppress(OSError):
        os.utime(directory)


def is_full(directory: str) -> bool:
    """Return whether nothing more can be written in a directory."""
    found = os.statvfs(directory)
    return found.f_bavail == 0 or found.f_favail == 0


async def main(path: str, directories: list[str]) -> None:
    """Serve until standard input ends."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, sys.stdout)
    out = asyncio.StreamWriter(transport, protocol, None, loop)
    relay = Relay(out, directories)
    if path != "-":
        os.umask(0o111)  # the agent's user connects
        await asyncio.start_unix_server(relay.accept, path)
    out.write(frame(0, READY))
    await relay.deliver(reader)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2:]))
