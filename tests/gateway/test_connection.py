"""The longest time without a byte of an answer."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from cab_core.gateway.upstream import EndpointUpstream, Outgoing
from cab_core.plugins.wire_protocol import Operation
from tests.support.wire import CHAT

IDLE_S = 0.9
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n"


async def answered(pieces: bytes) -> bytes:
    """Return what is read of a body of six bytes, of which these come, each well within the time."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(HEAD)
        for piece in pieces:
            await asyncio.sleep(IDLE_S / 3)
            writer.write(bytes([piece]))
        await reader.read()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    upstream = EndpointUpstream(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", None, idle_s=IDLE_S)
    out = Outgoing(protocol=CHAT, operation=Operation(kind="call", path="chat"), headers={}, body=b"")
    try:
        async with upstream.ask(out) as answer:
            return b"".join([piece async for piece in answer.body])
    finally:
        await upstream.aclose()
        server.close()


def test_an_answer_may_take_longer_than_the_longest_time_without_a_byte() -> None:
    """Each byte begins that time anew."""
    assert asyncio.run(answered(b"abcdef")) == b"abcdef"


def test_an_answer_that_stops_is_given_up() -> None:
    """Though it had begun."""
    with pytest.raises(aiohttp.SocketTimeoutError):
        asyncio.run(answered(b"abc"))
