"""How much of an answer is kept, however much an endpoint sends."""

from __future__ import annotations

import gzip
import json
from http.server import BaseHTTPRequestHandler

import pytest

from cab_core.gateway import forward, relay
from cab_core.gateway.upstream import EndpointUpstream
from tests.gateway.conftest import ASK, Client
from tests.support.endpoint import KEY, Endpoint

MIB = 1 << 20
Sent = list[int]


def sends(
    monkeypatch: pytest.MonkeyPatch, status: int, first: bytes, piece: bytes, times: int, encoding: str = ""
) -> Sent:
    """Let the endpoint send so much; return how many pieces it could send, call by call."""
    sent: Sent = []

    def answer(_: Endpoint, handler: BaseHTTPRequestHandler, *__: object) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(first) + times * len(piece)))
        if encoding:
            handler.send_header("Content-Encoding", encoding)
        handler.end_headers()
        handler.close_connection = True
        sent.append(0)
        try:
            handler.wfile.write(first)
            for _ in range(times):
                handler.wfile.write(piece)
                sent[-1] += 1
        except OSError:
            return

    monkeypatch.setattr(Endpoint, "answer", answer)
    return sent


@pytest.mark.parametrize(("status", "tries"), [(401, 1), (500, EndpointUpstream.tries)])
def test_a_refusal_is_read_up_to_a_limit(
    client: Client, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, status: int, tries: int
) -> None:
    """Its first words tell whose fault it is; the rest is not waited for, in no try."""
    monkeypatch.setattr(relay, "BACKOFF_S", 0.001)
    sent = sends(monkeypatch, status, b"some words ", b"x" * MIB, 100)
    found, _, body = client.call(ASK)
    [call] = client.session.calls
    assert (found, call.fault, call.tries, len(sent)) == (status, f"http_{status}", tries, tries)
    assert max(sent) < 30 and call.received < tries * 3 * MIB
    assert len(body) < 10_000 and b"more than 1 MiB" in body and b"some words" in body


def test_of_a_large_refusal_the_first_words_judge(
    client: Client, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some echo the whole request behind them."""
    sends(monkeypatch, 400, b'{"error": {"message": "maximum context length is 4096 tokens', b"x" * MIB, 3)
    client.call(ASK)
    assert client.session.calls[0].refused == "context"


@pytest.mark.parametrize("before", [0, MIB - 10])
def test_no_part_of_the_key_passes_where_a_refusal_is_cut(
    client: Client, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, before: int
) -> None:
    """Half a key would not be known again."""
    sends(monkeypatch, 401, b"x" * before + KEY.encode(), b"y" * MIB, 2)
    _, _, body = client.call(ASK)
    assert KEY[:8].encode() not in body and KEY[:8] not in str(list(client.session.calls))


def test_a_packed_refusal_is_unpacked_up_to_the_same_limit(
    client: Client, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few bytes become many, and reading them as JSON, or looking for the key in them, holds up all cells."""
    looked_at: list[int] = []
    for where, name in ((client.session.upstream, "redact"), (forward, "parse_error")):
        look = getattr(where, name)
        monkeypatch.setattr(where, name, lambda data, look=look: looked_at.append(len(data)) or look(data))
    sends(monkeypatch, 401, gzip.compress(b"x" * 8 * MIB), b"", 0, encoding="gzip")
    assert client.call(ASK)[0] == 401
    assert max(looked_at) <= MIB and client.session.calls[0].fault == "http_401"


def test_of_what_is_no_answer_the_first_words_are_told(
    client: Client, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not all of it is looked through for the key; what an endpoint sent goes on as it came."""
    looked_at: list[int] = []
    redact = client.session.upstream.redact
    monkeypatch.setattr(
        client.session.upstream, "redact", lambda data: looked_at.append(len(data)) or redact(data)
    )
    sends(monkeypatch, 200, b"no JSON", b"x" * MIB, 4)
    _, _, body = client.call(ASK)
    [call] = client.session.calls
    assert (len(body), call.fault, max(looked_at)) == (4 * MIB + 7, "malformed", MIB)
    assert call.error is not None and call.error.startswith("no JSON")


@pytest.mark.parametrize("piece", [b" " * MIB, b"x" * MIB])
def test_an_answer_is_read_up_to_a_limit(
    client: Client, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, piece: bytes
) -> None:
    """What is larger is none, and the endpoint's."""
    monkeypatch.setattr(forward, "_LARGEST", 2 * MIB)
    sent = sends(monkeypatch, 200, b"", piece, 100)
    status, _, body = client.call(ASK)
    [call] = client.session.calls
    assert (status, call.fault, call.ended) == (502, "malformed", "failed")
    assert max(sent) < 30 and call.error is not None and "larger than 2 MiB" in call.error
    assert json.loads(body)["error"]["type"] == "upstream"
