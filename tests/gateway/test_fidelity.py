"""What passes is what was sent: addresses, headers and streams, in both directions."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import SimpleQueue
from typing import Any
from urllib.parse import urlsplit

import pytest

from cab_core.gateway.session import CellSession
from cab_core.gateway.upstream import EndpointUpstream
from cab_core.plugins.wire_protocol import WireProtocol
from tests.support.endpoint import KEY
from tests.support.vendor import cell_before
from tests.support.wire import CHAT, GEMINI, MESSAGES

ASK = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
DELTA = '{"model":"m","choices":[{"index":0,"delta":{"content":"word"}}]}'
END = '{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2}}'
STREAM = f"data: {DELTA}\n\ndata: {END}\n\ndata: [DONE]\n\n".encode()
WHOLE = b'{"model":"m","choices":[{"message":{"content":"x"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2}}'


class Server:
    """An endpoint that answers each call with the same bytes, and keeps what it was sent."""

    def __init__(self, body: bytes, headers: list[tuple[str, str]], statuses: list[int]) -> None:
        self.paths: list[str] = []
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                server.paths.append(self.path)
                server.headers.append({k.lower(): v for k, v in self.headers.items()})
                status = statuses.pop(0) if len(statuses) > 1 else statuses[0]
                said = body if status < 400 else b'{"error":{"message":"unknown field stream_options"}}'
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/v1"


Asked = tuple[int, list[tuple[str, str]], bytes]


@contextmanager
def cell(
    tmp_path: Path,
    body: bytes = WHOLE,
    headers: list[tuple[str, str]] | None = None,
    statuses: list[int] | None = None,
    protocol: WireProtocol = CHAT,
    **more: Any,
) -> Iterator[tuple[Server, str, CellSession]]:
    """Yield an endpoint, the address that the CLI has, and the cell's session."""
    server = Server(body, headers or [("Content-Type", "application/json")], statuses or [200])
    threading.Thread(target=server.http.serve_forever, daemon=True).start()
    try:
        upstream = EndpointUpstream(server.url, KEY, **more)
        with cell_before(upstream, protocol, tmp_path / "calls.jsonl") as (url, session):
            yield server, url, session
    finally:
        server.http.shutdown()
        server.http.server_close()


def call(url: str, path: str, body: Any, headers: dict[str, str]) -> Asked:
    """Return status, headers and body of one call."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json", **headers})
    reply = connection.getresponse()
    return reply.status, reply.getheaders(), reply.read()


def chat(url: str, session: CellSession, query: str = "", **more: Any) -> Asked:
    """Call as a CLI of chat completions does."""
    bearer = {"Authorization": f"Bearer {session.token}"}
    return call(url, f"/v1/chat/completions{query}", {**ASK, **more}, bearer)


def test_the_query_goes_on_as_it_came(tmp_path: Path) -> None:
    """Escapes and order stay."""
    with cell(tmp_path, protocol=MESSAGES) as (server, url, session):
        path = "/v1/messages?beta=true&x=%2Fa%20b&y=1"
        assert call(url, path, ASK, {"x-api-key": session.token})[0] == 200
        assert server.paths == [path]


def test_a_token_in_the_query_opens_the_cell_and_stays_here(tmp_path: Path) -> None:
    """Some of Google's clients put it there."""
    with cell(tmp_path, protocol=GEMINI) as (server, url, session):
        path = "/v1beta/models/m:generateContent"
        body = {"contents": [{"parts": [{"text": "hi"}]}]}
        assert call(url, f"{path}?key={session.token}&alt=json", body, {})[0] == 200
        assert server.paths == ["/v1/models/m:generateContent?alt=json"]
        assert server.headers[0]["x-goog-api-key"] == KEY and session.token not in str(server.headers)


def test_a_query_that_routes_is_refused(tmp_path: Path) -> None:
    """As the same field in a body is."""
    with cell(tmp_path) as (server, url, session):
        status, _, body = chat(url, session, "?timeout=0")
        assert status == 400 and b"timeout" in body and server.paths == []


def test_headers_that_come_twice_go_on_twice(tmp_path: Path) -> None:
    """None is lost."""
    twice = [("Content-Type", "application/json"), ("X-Note", "one"), ("X-Note", "two")]
    with cell(tmp_path, headers=twice) as (_, url, session):
        assert [v for k, v in chat(url, session)[1] if k.lower() == "x-note"] == ["one", "two"]


@pytest.mark.parametrize(
    "kind", ["text/plain", "Text/Event-Stream", "application/json", "application/x-ndjson"]
)
def test_a_stream_of_whatever_name_is_one(tmp_path: Path, kind: str) -> None:
    """It passes byte for byte, but for the event that only the gateway asked for, and its usage is on record."""
    with cell(tmp_path, STREAM, [("Content-Type", kind)]) as (_, url, session):
        assert chat(url, session, stream=True)[2] == STREAM
        [found] = session.calls
        assert (found.streamed, found.ended, found.usage.total, found.events) == (True, "answered", 5, 1)


def test_one_body_in_the_place_of_a_stream_is_read_all_the_same(tmp_path: Path) -> None:
    """Though it is called a stream."""
    with cell(tmp_path, WHOLE, [("Content-Type", "text/event-stream")]) as (_, url, session):
        assert chat(url, session, stream=True)[2] == WHOLE
        [found] = session.calls
        assert (found.ended, found.usage.total) == ("answered", 5) and "one body" in str(found.odd)


@pytest.mark.parametrize("status", [400, 404, 409, 415, 422])
def test_what_was_added_is_withdrawn_on_any_refusal_that_names_it(tmp_path: Path, status: int) -> None:
    """The CLI's own request is sent then."""
    with cell(tmp_path, STREAM, [("Content-Type", "text/event-stream")], [status, 200]) as (
        server,
        url,
        session,
    ):
        assert chat(url, session, stream=True)[0] == 200
        assert [b"stream_options" in body for body in server.bodies] == [True, False]
        assert server.bodies[1] == json.dumps({**ASK, "stream": True}).encode()


def test_further_headers_of_an_endpoint_go_with_each_call(tmp_path: Path) -> None:
    """And their values are in nothing that the CLI is given back."""
    headers = {"x-organisation": "an-organisation-0123456789"}
    echo = [("Content-Type", "application/json"), ("X-Echo", headers["x-organisation"])]
    with cell(tmp_path, headers=echo) as (server, url, session):
        session.upstream = EndpointUpstream(server.url, KEY, headers=headers)
        _, given, _ = chat(url, session)
        assert server.headers[0]["x-organisation"] == headers["x-organisation"]
        assert dict(given)["X-Echo"] == "[key]"


def test_a_netrc_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may hold another account; the key that was given is used, and none where none was."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with cell(tmp_path) as (server, url, session):
        session.upstream = EndpointUpstream(server.url, None)
        assert chat(url, session)[0] == 200
        assert "authorization" not in server.headers[0]


def test_an_endpoints_cookie_is_nobodys(tmp_path: Path) -> None:
    """What one cell is given is not sent for another."""
    cookie = [("Content-Type", "application/json"), ("Set-Cookie", "session=1; Path=/")]
    with cell(tmp_path, headers=cookie) as (server, url, session):
        for _ in range(2):
            assert chat(url, session)[0] == 200
        assert not [h for h in server.headers if "cookie" in h]


def test_a_wait_for_a_slot_is_on_record(tmp_path: Path) -> None:
    """A call that comes while another is under way, where one may be at once."""
    import asyncio

    with cell(tmp_path) as (_, url, session):
        session.slots = asyncio.Semaphore(0)
        done: list[Asked] = []
        thread = threading.Thread(target=lambda: done.append(chat(url, session)))
        thread.start()
        while not session.slots._waiters:
            thread.join(0.01)
        thread.join(0.05)
        asyncio.run(_release(session))
        thread.join(20)
        assert done[0][0] == 200
        queued = session.calls[0].queued_ms
        assert queued is not None and queued >= 40 and session.calls[0].latency_ms is not None


async def _release(session: CellSession) -> None:
    """Give the slot free, on the gateway's own loop."""
    waiter = session.slots._waiters[0]  # type: ignore[index]
    waiter.get_loop().call_soon_threadsafe(session.slots.release)


def test_a_budget_counts_what_was_taken_at_the_least(tmp_path: Path) -> None:
    """Where an endpoint says nothing of usage, each event in which the model wrote is a token."""
    silent = (
        f"data: {DELTA}\n\n".encode() * 3 + b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n'
    )
    with cell(tmp_path, silent, [("Content-Type", "text/event-stream")]) as (_, url, session):
        left = SimpleQueue[int]()
        session.upstream.leave = left.put  # type: ignore[method-assign]
        chat(url, session, stream=True)
        # The client may see the end before the gateway has put the call away.
        assert left.get(timeout=20) == 3 and session.calls[0].usage.total is None
