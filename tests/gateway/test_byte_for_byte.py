"""What a model says reaches the CLI as it was sent, whatever the key is."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cab_core.gateway.server import Gateway
from cab_core.gateway.session import CellSession, new_token
from cab_core.gateway.upstream import EndpointUpstream
from cab_core.plugins.protocols import StopSignal
from cab_core.records import Limits
from tests.support.endpoint import KEY
from tests.support.wire import CHAT

SAID = 'def box(x): return "EMPTY" if none else x  # test the token; sk-real-key: %41 \\u0041 \\\\ box'
ANSWER = json.dumps(
    {"model": "m", "choices": [{"message": {"content": SAID}, "finish_reason": "stop"}]}
).encode()
PARTS = [SAID[:9], SAID[9:40], SAID[40:], KEY[:10], KEY[10:]]
EVENTS = [
    *(b"data: " + json.dumps({"choices": [{"delta": {"content": p}}]}).encode() + b"\n\n" for p in PARTS),
    b": a comment with x, none, EMPTY\n\n",
    b'data: {"choices": [{"delta": {}, "finish_reason": "stop"}]}\r\n\r\n',
    b"data: [DONE]\n\n",
]
# Placeholders that people give a local server, words of the answer, and a real one, which it repeats.
KEYS = ["x", "none", "test", "key", "token", "EMPTY", "box", "return", "content", "choices", SAID[:11], KEY]


class Server:
    """Answers every request on loopback with the same bytes, the body in the pieces that are given."""

    def __init__(self) -> None:
        self.kind, self.encoding, self.pieces = "application/json", "", [ANSWER]
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"

    @contextmanager
    def running(self) -> Iterator[Server]:
        threading.Thread(target=self._serve, daemon=True).start()
        yield self
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as asked:
                size = 0
                while (line := asked.readline()) not in (b"\r\n", b""):
                    name, _, value = line.decode("latin-1").partition(":")
                    size = int(value) if name.lower() == "content-length" else size
                asked.read(size)
                label = f"Content-Encoding: {self.encoding}\r\n" if self.encoding else ""
                head = f"HTTP/1.1 200 OK\r\nContent-Type: {self.kind}\r\n{label}Connection: close\r\n"
                connection.sendall(f"{head}Content-Length: {sum(map(len, self.pieces))}\r\n\r\n".encode())
                for piece in self.pieces:
                    connection.sendall(piece)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server that says what a test sets."""
    with Server().running() as running:
        yield running


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    """A gateway for all tests of this file."""
    with Gateway() as running:
        yield running


def got(gateway: Gateway, server: Server, key: str, record: Path, stream: bool) -> tuple[bytes, CellSession]:
    """Return the body that a CLI gets of one call, as it is on the wire, and the cell's session."""
    session = CellSession(
        protocol=CHAT, token=new_token(), model="m", upstream=EndpointUpstream(server.url, key), limits=Limits(wall_s=20),
        record=record, stop=StopSignal(),
    )  # fmt: skip
    gateway.open(session)
    # With `include_usage`: the one event that is kept back is one that the CLI did not ask for.
    asked = {"model": "m", "messages": [], "stream": stream, "stream_options": {"include_usage": True}}
    connection = http.client.HTTPConnection(urlsplit(gateway.url).netloc, timeout=30)
    headers = {"Authorization": f"Bearer {session.token}", "Content-Type": "application/json"}
    connection.request("POST", "/v1/chat/completions", json.dumps(asked), headers)
    body = connection.getresponse().read()
    gateway.close(session)
    return body, session


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("coding", ["", "gzip", "deflate"])
def test_a_body_is_not_altered(
    gateway: Gateway, server: Server, key: str, coding: str, tmp_path: Path
) -> None:
    """Plain or packed: the very bytes."""
    packed = {"": ANSWER, "gzip": gzip.compress(ANSWER), "deflate": zlib.compress(ANSWER)}[coding]
    server.kind, server.encoding, server.pieces = "application/json", coding, [packed[:50], packed[50:]]
    assert got(gateway, server, key, tmp_path / "calls", stream=False)[0] == packed


@pytest.mark.parametrize("key", KEYS)
def test_a_stream_is_not_altered(gateway: Gateway, server: Server, key: str, tmp_path: Path) -> None:
    """Event by event, comments too; nothing waits for what may be the rest of a key."""
    server.kind, server.encoding, server.pieces = "text/event-stream", "", EVENTS
    body, session = got(gateway, server, key, tmp_path / "calls", stream=True)
    assert body == b"".join(EVENTS)
    assert session.calls[0].finish_reason == "stop"


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(max_size=60),
    key=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40),
)
def test_no_key_alters_an_answer(
    gateway: Gateway, server: Server, text: str, key: str, tmp_path: Path
) -> None:
    """Whatever is said, and whatever the key, also where the answer holds it."""
    content = json.dumps({"choices": [{"message": {"content": f"{text}{key}"}}], "key": key}).encode()
    server.kind, server.encoding, server.pieces = "application/json", "", [content]
    assert got(gateway, server, key, tmp_path / "calls", stream=False)[0] == content


def test_a_key_that_an_answer_repeats_is_told(gateway: Gateway, server: Server, tmp_path: Path) -> None:
    """The agent has it then; with a placeholder there is nothing to tell."""
    server.kind, server.encoding = "application/json", ""
    server.pieces = [ANSWER[:-1] + f', "debug": "Bearer {KEY[:9]}'.encode(), f'{KEY[9:]}"}}'.encode()]
    _, session = got(gateway, server, KEY, tmp_path / "calls", stream=False)
    assert any("repeated its key" in note for note in session.notes())
    _, session = got(gateway, server, "EMPTY", tmp_path / "other", stream=False)
    assert session.notes() == []
