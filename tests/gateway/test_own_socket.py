"""A cell's token is good for the way that is the cell's own, and for no other."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cab_core.gateway.server import Gateway
from cab_core.gateway.session import CellSession, new_token
from cab_core.gateway.sockets import short_path
from cab_core.gateway.upstream import EndpointUpstream
from cab_core.plugins.protocols import StopSignal
from cab_core.records import Limits
from tests.support.endpoint import KEY, Endpoint
from tests.support.wire import CHAT

BODY = json.dumps({"model": "m", "messages": []}).encode()
WAYS = ("one", "two", None)  # two cells with sockets, and one that is reached over TCP


class Cells:
    """A gateway with a cell for each way."""

    def __init__(self, gateway: Gateway, directory: Path, endpoint: Endpoint) -> None:
        self.gateway, self.directory = gateway, directory
        self.sessions = {way: self._open(way, endpoint) for way in WAYS}

    def _open(self, way: str | None, endpoint: Endpoint) -> CellSession:
        session = CellSession(
            protocol=CHAT, token=new_token(), model="m", upstream=EndpointUpstream(endpoint.url, KEY), limits=Limits(wall_s=20),
            record=self.directory / f"{way}.jsonl", stop=StopSignal(),
        )  # fmt: skip
        self.gateway.open(session, None if way is None else self.directory / way)
        return session

    def connect(self, way: str | None) -> socket.socket:
        """Return a connection by one of the ways."""
        if way is None:
            host, port = urlsplit(self.gateway.url).netloc.split(":")
            return socket.create_connection((host, int(port)), 30)
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(30)
        with short_path(self.directory / way) as path:
            connection.connect(path)
        return connection

    def status(self, connection: socket.socket, owner: str | None, path: str = "/v1/chat/completions") -> int:
        """Return what a call with a cell's token is answered."""
        verb, body = ("POST", BODY) if path.endswith("completions") else ("GET", b"")
        head = f"{verb} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.sessions[owner].token}\r\n"
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        answer.read()  # all of it, in however many pieces it comes: the next one is answered on this connection too
        return answer.status


@pytest.fixture
def cells(tmp_path: Path, endpoint: Endpoint) -> Iterator[Cells]:
    """A gateway with cells."""
    with Gateway() as gateway:
        yield Cells(gateway, tmp_path, endpoint)


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/models"])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("owner", WAYS)
def test_a_token_opens_its_own_way_alone(cells: Cells, owner: str | None, way: str | None, path: str) -> None:
    """Of a living cell too: neither another cell's socket nor TCP takes it."""
    with cells.connect(way) as connection:
        assert cells.status(connection, owner, path) == (200 if owner == way else 401)
    assert len(cells.sessions[owner].calls) == (owner == way and path.endswith("completions"))


def test_a_connection_outlives_its_cell_without_a_right(cells: Cells) -> None:
    """The socket of a cell that has ended opens no other cell, one that is reached over TCP neither."""
    with cells.connect("one") as connection:
        assert cells.status(connection, "one") == 200
        cells.gateway.close(cells.sessions["one"])
        assert [cells.status(connection, owner) for owner in WAYS] == [401, 401, 401]


def test_a_socket_is_closed_without_a_word(
    tmp_path: Path, endpoint: Endpoint, caplog: pytest.LogCaptureFixture
) -> None:
    """Its address leads through a descriptor that is closed: nobody looks for it there (Python 3.13 would)."""
    with Gateway() as gateway:
        Cells(gateway, tmp_path, endpoint)
    assert caplog.records == [] and (tmp_path / "one").exists()
