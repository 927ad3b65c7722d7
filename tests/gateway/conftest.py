"""A gateway with one cell, and an endpoint behind it."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cab_core.gateway.models import Price
from cab_core.gateway.server import Gateway
from cab_core.gateway.session import CellSession, new_token
from cab_core.gateway.upstream import EndpointUpstream
from cab_core.plugins.protocols import StopSignal
from cab_core.records import Limits
from tests.support.endpoint import KEY, Endpoint
from tests.support.wire import CHAT

ASK = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
STREAM = {**ASK, "stream": True}


class Client:
    """A cell's session at a gateway, and plain HTTP calls with its token."""

    def __init__(self, gateway: Gateway, session: CellSession) -> None:
        self.gateway, self.session = gateway, session

    def call(self, body: object, header: str = "Authorization", token: str | None = None, **headers: str):
        """Return (status, headers, body) of one call."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        token = token or self.session.token
        value = f"Bearer {token}" if header == "Authorization" else token
        return self.request("POST", "/v1/chat/completions", data, {header: value, **headers})

    def request(
        self, method: str, path: str, data: bytes | None = None, headers: dict[str, str] | None = None
    ):
        """Return (status, headers, body)."""
        connection = http.client.HTTPConnection(urlsplit(self.gateway.url).netloc, timeout=30)
        connection.request(method, path, data, {"Content-Type": "application/json", **(headers or {})})
        reply = connection.getresponse()
        return reply.status, dict(reply.getheaders()), reply.read()


@pytest.fixture
def client(tmp_path: Path, endpoint: Endpoint) -> Iterator[Client]:
    """A gateway in front of the endpoint, and one cell."""
    with Gateway() as gateway:
        session = CellSession(
            protocol=CHAT,
            token=new_token(),
            model="m",
            upstream=EndpointUpstream(endpoint.url, KEY),
            limits=Limits(wall_s=20),
            record=tmp_path / "calls.jsonl",
            stop=StopSignal(),
            price=Price(1.0, 2.0),
        )
        gateway.open(session)
        yield Client(gateway, session)
        gateway.close(session)
