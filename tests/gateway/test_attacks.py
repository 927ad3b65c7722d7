"""What an agent sends to harm others, to spend more than it may, or to have the key."""

from __future__ import annotations

import json
import socket
from urllib.parse import urlsplit

import pytest

from cab_core.gateway import session as session_module
from cab_core.gateway.upstream import EndpointUpstream
from cab_core.records import Limits
from tests.gateway.conftest import ASK, Client
from tests.support.endpoint import KEY, Endpoint
from tests.support.wire import read_chat

ODD_KEY = 'sk-real/key+of=the"endpoint-0123456789'


def test_a_request_of_nothing_but_marks_is_not_read() -> None:
    """Millions of keys take seconds to read, while all cells wait; so many are in no conversation."""
    dense = b'{"model": "m", "x": [' + b"0," * 2_000_000 + b"0]}"
    assert read_chat(dense).model is None
    assert read_chat(b'{"model": "m", "x": "' + b"word " * 2_000_000 + b'"}').model == "m"


def test_what_is_no_call_is_read_up_to_a_limit(
    client: Client, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is charged to no limit on calls, so it has one of its own."""
    monkeypatch.setattr(session_module, "_REFUSED", 1000)
    junk = json.dumps({"x": "y" * 600}).encode()
    assert [client.call(junk)[0] for _ in range(3)] == [400, 400, 429]
    assert (client.call(ASK)[0], endpoint.bodies) == (429, [])


def test_hanging_up_before_the_usage_is_no_way_around_a_limit(client: Client, endpoint: Endpoint) -> None:
    """What went to and fro counts then, a token a byte."""
    client.session.limits = Limits(wall_s=60, tokens=100)
    endpoint.mode = "hang"
    body = json.dumps(ASK).encode()
    host, port = urlsplit(client.gateway.url).netloc.split(":")
    with socket.create_connection((host, int(port)), 10) as caller:
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {client.session.token}\r\n"
        caller.sendall(f"{head}Content-Length: {len(body) + 60}\r\n\r\n".encode() + body + b" " * 60)
        while not endpoint.bodies:
            pass
    endpoint.mode = "ok"
    status, _, reply = client.call(ASK)
    assert status == 429 and b"limit on tokens" in reply
    assert client.session.calls[0].broken_off


@pytest.mark.parametrize("before", range(240, 320, 9))
def test_no_part_of_the_key_is_recorded(client: Client, endpoint: Endpoint, before: int) -> None:
    """Wherever the record is cut: the key is taken out first."""
    endpoint.said = "A" * before + KEY + "A" * 300
    endpoint.mode = "said"
    client.call(ASK)
    [call] = client.session.calls
    assert call.error is not None and "AAA" in call.error
    assert KEY[:8] not in call.error


def test_no_header_gives_the_key_away(client: Client, endpoint: Endpoint) -> None:
    """An endpoint that echoes what it was sent, for debugging, echoes the key."""
    endpoint.mode = "debug"
    _, headers, _ = client.call(ASK)
    assert headers["X-Debug-Authorization"] == "Bearer [key]"


@pytest.mark.parametrize(
    "spelled",
    [
        ODD_KEY,
        json.dumps(ODD_KEY)[1:-1],
        json.dumps(ODD_KEY)[1:-1].replace("/", "\\/"),
        "".join(f"\\u{ord(c):04x}" for c in ODD_KEY),
        "".join(f"\\u{ord(c):04X}" for c in ODD_KEY),
        ODD_KEY.replace("=", "\\u003d").replace('"', '\\"'),
    ],
)
def test_the_key_is_known_however_json_spells_it(spelled: str) -> None:
    """JSON may escape any character."""
    upstream = EndpointUpstream("http://127.0.0.1:1/v1", ODD_KEY)
    assert upstream.redact(f'{{"error": "bad key {spelled}!"}}'.encode()) == b'{"error": "bad key [key]!"}'


def test_a_body_is_in_the_charset_in_which_it_was_read(client: Client, endpoint: Endpoint) -> None:
    """In another it is another text."""
    client.call(ASK, **{"Content-Type": "application/json; charset=utf-7"})
    assert endpoint.headers[0]["content-type"] == "application/json"


def test_what_is_no_http_is_not_told_on_our_terminal(
    client: Client, capfd: pytest.CaptureFixture[str]
) -> None:
    """Thousands of malformed requests a second would fill it."""
    host, port = urlsplit(client.gateway.url).netloc.split(":")
    for garbage in (
        b"\x00\xff\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
    ):
        with socket.create_connection((host, int(port)), 10) as caller:
            caller.sendall(garbage)
            caller.shutdown(socket.SHUT_WR)
            while caller.recv(4096):
                pass
    assert client.call(ASK)[0] == 200
    assert capfd.readouterr().err == ""
