"""What of an answer is there at one time goes to the CLI together, and nothing waits for what is not there yet."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cab_core.gateway.session import CellSession
from cab_core.gateway.upstream import EndpointUpstream
from tests.gateway.conftest import ASK, STREAM, Client
from tests.gateway.test_fidelity import DELTA, END
from tests.support.vendor import cell_before
from tests.support.wire import CHAT

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Note: kept\r\nTransfer-Encoding: chunked\r\n\r\n"
FIRST, LAST = f"data: {DELTA}\n\n".encode(), f"data: {END}\n\ndata: [DONE]\n\n".encode()


def chunk(data: bytes) -> bytes:
    """Return a chunk of a body (RFC 9112, 7.1)."""
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


class Pieces:
    """An endpoint that sends an answer in pieces, each when it is let, and then hangs up."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces
        self.let = threading.Semaphore(0)
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listening.getsockname()[1]}/v1"

    def serve(self) -> None:
        """Answer one call."""
        connection, _ = self.listening.accept()
        with connection:
            asked = b""
            while b"\r\n\r\n" not in asked or not asked.endswith(b"}"):
                asked += connection.recv(1 << 16)
            for piece in self._pieces:
                assert self.let.acquire(timeout=30)
                connection.sendall(piece)


@contextmanager
def answering(
    tmp_path: Path, *pieces: bytes
) -> Iterator[tuple[Pieces, http.client.HTTPConnection, CellSession]]:
    """Yield an endpoint, the connection of a CLI that has asked for a stream, and its session."""
    endpoint = Pieces(list(pieces))
    thread = threading.Thread(target=endpoint.serve, daemon=True)
    thread.start()
    with (
        endpoint.listening,
        cell_before(EndpointUpstream(endpoint.url, None), CHAT, tmp_path / "c") as (url, session),
    ):
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
        headers = {"Authorization": f"Bearer {session.token}", "Content-Type": "application/json"}
        connection.request("POST", "/v1/chat/completions", json.dumps(STREAM), headers)
        yield endpoint, connection, session
        thread.join(30)


def test_headers_wait_for_no_byte_of_the_body(tmp_path: Path) -> None:
    """A CLI may wait for them alone; each event goes on as it comes."""
    with answering(tmp_path, HEAD, chunk(FIRST), chunk(LAST) + chunk(b"")) as (endpoint, connection, session):
        endpoint.let.release()
        reply = connection.getresponse()
        assert (reply.status, reply.headers["X-Note"]) == (200, "kept")
        endpoint.let.release()
        assert reply.read1(1 << 16) == FIRST
        endpoint.let.release()
        assert reply.read() == LAST and session.calls[0].ended == "answered"


def test_an_answer_that_is_all_there_is_the_same(tmp_path: Path) -> None:
    """Its bytes and its headers; how they are framed is a matter of each connection."""
    whole = HEAD + chunk(FIRST) + chunk(LAST) + chunk(b"")
    with answering(tmp_path, whole) as (endpoint, connection, session):
        endpoint.let.release()
        reply = connection.getresponse()
        assert (reply.status, reply.headers["X-Note"]) == (200, "kept")
        assert reply.read() == FIRST + LAST
        assert (session.calls[0].ended, session.calls[0].streamed) == ("answered", True)


@pytest.mark.parametrize("end", [chunk(b""), b""], ids=["ended", "hung up"])
def test_a_stream_without_an_end_is_passed_on_and_broken_off(tmp_path: Path, end: bytes) -> None:
    """As the endpoint did, also where all that came was there at once."""
    with answering(tmp_path, HEAD + chunk(FIRST) + end) as (endpoint, connection, session):
        endpoint.let.release()
        reply = connection.getresponse()
        assert reply.status == 200
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            raise_for(reply)
        assert session.calls[0].fault == "dropped"


def raise_for(reply: http.client.HTTPResponse) -> None:
    """Read an answer to its end, which is to begin with an event."""
    assert reply.read1(1 << 16) == FIRST
    reply.read()


def test_who_waits_to_be_told_sends_the_body_then(client: Client) -> None:
    """Some send a body only when they are told that it is wanted (RFC 9110, 10.1.1)."""
    place = urlsplit(client.gateway.url)
    body = json.dumps(ASK).encode()
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: {place.netloc}\r\nExpect: 100-continue\r\n"
        f"Authorization: Bearer {client.session.token}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((place.hostname, place.port), timeout=30) as connection:
        connection.sendall(head.encode())
        assert connection.recv(1 << 16) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        assert connection.recv(1 << 16).startswith(b"HTTP/1.1 200 OK\r\n")
