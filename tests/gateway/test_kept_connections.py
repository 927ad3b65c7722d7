"""Connections to an endpoint that are kept for the next call."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cab_core.gateway.server import Gateway
from cab_core.gateway.session import CellSession, new_token
from cab_core.gateway.upstream import EndpointUpstream
from cab_core.plugins.protocols import StopSignal
from cab_core.records import Limits
from tests.gateway.conftest import ASK, Client
from tests.support.wire import CHAT

ANSWER = b'{"choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}]}'


class HangsUp(ThreadingHTTPServer):
    """Answers so many calls of each connection; at one more it hangs up without a word."""

    daemon_threads = True

    def __init__(self, answers: int) -> None:
        self.connections, self.asked = 0, 0
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                server.connections += 1
                self.left = answers

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                server.asked += 1
                if self.left == 0:
                    self.close_connection = True
                    return
                self.left -= 1
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(ANSWER)))
                self.end_headers()
                self.wfile.write(ANSWER)

            def log_message(self, *_: object) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)


@pytest.fixture
def hangs_up(request: pytest.FixtureRequest) -> Iterator[HangsUp]:
    """A server that answers as many calls of a connection as the parameter says."""
    with HangsUp(request.param) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def asked(hangs_up: HangsUp, tmp_path: Path) -> Iterator[Client]:
    """A gateway before it."""
    with Gateway() as gateway:
        upstream = EndpointUpstream(f"http://127.0.0.1:{hangs_up.server_address[1]}/v1", None)
        session = CellSession(
            protocol=CHAT, token=new_token(), model="m", upstream=upstream, limits=Limits(wall_s=20),
            record=tmp_path / "calls.jsonl", stop=StopSignal(),
        )  # fmt: skip
        gateway.open(session)
        yield Client(gateway, session)
        gateway.close(session)


@pytest.mark.parametrize("hangs_up", [2], indirect=True)
def test_a_kept_connection_that_was_closed_loses_no_call(hangs_up: HangsUp, asked: Client) -> None:
    """The call is sent again on a new one, as one call."""
    assert [asked.call(ASK)[0] for _ in range(5)] == [200] * 5
    assert [c.ended for c in asked.session.calls] == ["answered"] * 5
    assert hangs_up.connections == 3


@pytest.mark.parametrize("hangs_up", [0], indirect=True)
def test_a_new_connection_that_is_closed_is_the_endpoint_s_trouble(hangs_up: HangsUp, asked: Client) -> None:
    """It is told at once, and nothing is sent again."""
    assert asked.call(ASK)[0] == 502
    assert asked.session.calls[0].fault == "closed" and hangs_up.asked == 1
