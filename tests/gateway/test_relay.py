"""The gateway on the wire: what reaches the endpoint, what reaches the CLI, what is recorded."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cab_core.gateway.server import Gateway
from cab_core.gateway.session import CellSession, new_token
from cab_core.gateway.upstream import EndpointUpstream
from cab_core.plugins.protocols import StopSignal
from cab_core.records import Limits
from tests.gateway.conftest import ASK, STREAM, Client
from tests.support.endpoint import KEY, USAGE, Endpoint
from tests.support.wire import CHAT


def test_bytes_are_forwarded_unmodified(client: Client, endpoint: Endpoint) -> None:
    """A body that needs no addition arrives at the endpoint byte for byte; the answer too."""
    body = b'{ "model":"m",\n"messages": [], "odd" : 1.50, "\\u00e9": "\xc3\xa9" }'
    status, _, reply = client.call(body)
    assert (status, endpoint.bodies[0]) == (200, body)
    assert json.loads(reply)["usage"] == USAGE


def test_the_credential_is_swapped(client: Client, endpoint: Endpoint) -> None:
    """The endpoint gets the real key and nothing of the cell's token."""
    client.call(ASK)
    assert endpoint.headers[0]["authorization"] == f"Bearer {KEY}"
    assert client.session.token not in json.dumps(endpoint.headers)


@pytest.mark.parametrize("header", ["Authorization", "x-api-key", "api-key", "x-goog-api-key"])
def test_the_token_is_taken_from_any_usual_header(client: Client, header: str) -> None:
    """A cell's token opens the gateway, in whichever header a CLI sends it."""
    assert client.call(ASK, header=header)[0] == 200


def test_a_foreign_token_is_refused(client: Client, endpoint: Endpoint) -> None:
    """A token of no running cell is refused and nothing is forwarded."""
    status, _, reply = client.call(ASK, token=new_token())
    assert (status, endpoint.bodies) == (401, [])
    assert json.loads(reply)["error"]["type"] == "cab_token"


def test_a_token_is_void_after_its_cell(client: Client) -> None:
    """When a cell has ended, its token opens nothing."""
    client.gateway.close(client.session)
    assert client.call(ASK)[0] == 401


def test_usage_is_asked_for_and_the_extra_chunk_kept_back(client: Client, endpoint: Endpoint) -> None:
    """A stream without include_usage is recorded with usage, and the CLI sees no chunk it did not ask for."""
    _, _, reply = client.call(STREAM)
    assert endpoint.requests[0]["stream_options"] == {"include_usage": True}
    assert b"usage" not in reply and reply.rstrip().endswith(b"[DONE]")
    assert client.session.calls[0].usage.prompt == USAGE["prompt_tokens"]


def test_a_cli_that_asks_for_usage_gets_it(client: Client, endpoint: Endpoint) -> None:
    """Where the CLI asks for usage itself, body and answer pass untouched."""
    body = json.dumps({**STREAM, "stream_options": {"include_usage": True}}).encode()
    _, _, reply = client.call(body)
    assert endpoint.bodies[0] == body
    assert b'"usage"' in reply


def test_an_endpoint_that_refuses_the_field_is_asked_without(client: Client, endpoint: Endpoint) -> None:
    """A 400 because of stream_options is answered by the CLI's own body, once."""
    endpoint.mode = "refuse_stream_options"
    status, _, _ = client.call(STREAM)
    assert (status, len(endpoint.bodies)) == (200, 2)
    assert endpoint.requests[1] == STREAM
    assert client.session.calls[0].usage.prompt is None


def test_a_compressed_body_is_passed_on_and_read(client: Client, endpoint: Endpoint) -> None:
    """A gzip body reaches the CLI as it is and is decoded for the record alone."""
    endpoint.mode = "gzip"
    _, headers, reply = client.call(ASK)
    assert headers["Content-Encoding"] == "gzip" and reply[:2] == b"\x1f\x8b"
    assert client.session.calls[0].usage.completion == USAGE["completion_tokens"]


def test_an_echoed_key_does_not_reach_the_cli(client: Client, endpoint: Endpoint) -> None:
    """An endpoint that puts the key into its error message does not give it away."""
    endpoint.mode = "401"
    status, _, reply = client.call(ASK)
    assert status == 401 and KEY.encode() not in reply and b"[key]" in reply
    assert KEY not in json.dumps([c.error for c in client.session.calls])


def test_calls_are_on_disk_when_they_end(client: Client, tmp_path: Path) -> None:
    """calls.jsonl has a line for a call as soon as the CLI has its answer."""
    client.call(ASK)
    [line] = (tmp_path / "calls.jsonl").read_text().splitlines()
    row = json.loads(line)
    known = {"prompt": 1000, "completion": 50, "cached": 20, "reasoning": 7}
    assert row["usage"] == {**known, "cache_write": None, "audio": None, "cache_write_1h": None}
    assert row["usd"] == pytest.approx((1000 * 1.0 + 50 * 2.0) / 1e6)
    assert row["model_served"] == "served-1" and row["finish_reason"] == "stop"


def test_a_call_under_way_is_recorded_when_the_cell_ends(client: Client, endpoint: Endpoint) -> None:
    """A call that the endpoint never answers is broken off with its cell, and told so."""
    endpoint.mode = "hang"
    caller = threading.Thread(target=lambda: pytest.raises(OSError, client.call, ASK), daemon=True)
    caller.start()
    while not endpoint.bodies:
        caller.join(0.01)
    client.gateway.close(client.session)
    [call] = client.session.calls
    assert call.broken_off and call.fault is None


def test_retries_of_the_gateway_are_one_call(client: Client, endpoint: Endpoint) -> None:
    """500 and then an answer is one call with two tries."""
    endpoint.script = ["500"]
    assert client.call(ASK)[0] == 200
    [call] = client.session.calls
    assert (call.tries, call.fault) == (2, None) and call.throttle_ms > 0


def test_models_and_head(client: Client) -> None:
    """GET /v1/models names the cell's model to its token alone; HEAD is answered."""
    token = {"Authorization": f"Bearer {client.session.token}"}
    status, _, reply = client.request("GET", "/v1/models", headers=token)
    assert (status, [m["id"] for m in json.loads(reply)["data"]]) == (200, ["m"])
    assert client.request("GET", "/v1/models")[0] == 401
    assert client.request("HEAD", "/")[0] == 200


@pytest.mark.parametrize(
    "body", [b"", b"not json", b"[]", b'{"stream": true, "stream_options": 7}', b"{" * 9999]
)
def test_bodies_that_are_no_requests_harm_nobody(client: Client, body: bytes) -> None:
    """Whatever a CLI sends, the gateway answers and goes on."""
    try:
        client.call(body)
    except (http.client.HTTPException, OSError):
        pass
    assert client.call(ASK)[0] == 200


def test_another_model_is_refused_and_noted(client: Client, endpoint: Endpoint) -> None:
    """A cell is one model: a call for another one is answered here, reaches nobody, and is noted."""
    status, _, reply = client.call({**ASK, "model": "gpt-huge"})
    assert (status, endpoint.bodies, list(client.session.calls)) == (404, [], [])
    assert json.loads(reply)["error"]["type"] == "cab_model"
    assert "gpt-huge" in client.session.notes()[0]


@pytest.mark.parametrize(
    "body",
    [
        b'{"model": "huge", "messages": [], "model": "m"}',
        b'{"model": "m", "messages": [], "model": "huge"}',
        b'{"mod\\u0065l": "huge", "messages": [], "model": "m"}',
        b'{"Model": "huge", "messages": [], "model": "m"}',
        b'{"model": "m", "messages": [], "MODEL": "huge"}',
        json.dumps(ASK).encode("utf-16"),
    ],
)
def test_a_body_that_others_could_read_in_another_way_reaches_nobody(
    client: Client, endpoint: Endpoint, body: bytes
) -> None:
    """A key twice, or in another case: some servers would take the other model than the one we see."""
    status, _, reply = client.call(body)
    assert (status, endpoint.bodies) == (400, [])
    assert b"every key of it once" in reply


def test_keys_within_a_request_are_the_clis_own(client: Client, endpoint: Endpoint) -> None:
    """A tool may have a parameter `model`, and one `Model`: nobody takes them for the call's."""
    inner = {"model": "x", "Model": "y"}
    assert client.call({**ASK, "tools": [inner], "metadata": inner})[0] == 200
    assert json.loads(endpoint.bodies[0])["metadata"] == inner


def test_a_packed_error_reaches_neither_cli_nor_record_with_the_key(
    client: Client, endpoint: Endpoint, tmp_path: Path
) -> None:
    """It is unpacked, and passed on without it."""
    endpoint.mode = "gzip_401"
    _, headers, reply = client.call(ASK)
    assert KEY.encode() not in reply and b"[key]" in reply
    assert "Content-Encoding" not in headers
    assert KEY not in (tmp_path / "calls.jsonl").read_text()


@pytest.mark.parametrize("mode", ["stream_error", "echo"])
def test_a_key_in_an_answer_is_not_recorded(
    client: Client, endpoint: Endpoint, mode: str, tmp_path: Path
) -> None:
    """The answer goes on as it came, which a note tells; the record holds the mark."""
    endpoint.mode = mode
    _, _, reply = client.call(STREAM if mode == "stream_error" else ASK)
    assert KEY.encode() in reply
    recorded = (tmp_path / "calls.jsonl").read_text()
    assert KEY not in recorded and "[key]" in recorded
    assert any("repeated its key" in note for note in client.session.notes())


def test_a_redirect_is_not_passed_on(client: Client, endpoint: Endpoint) -> None:
    """A CLI would follow it, past the gateway and with its token."""
    endpoint.mode = "302"
    status, headers, reply = client.call(ASK)
    assert (status, headers.get("Location"), client.session.calls[0].fault) == (502, None, "http_302")
    assert b"http://elsewhere.invalid/[key]" in reply and KEY.encode() not in reply


def test_an_error_of_the_endpoint_delays_that_call_alone(client: Client, endpoint: Endpoint) -> None:
    """A 500 makes nobody else wait; a 429 with Retry-After does."""
    upstream = client.session.upstream
    endpoint.script = ["500"]
    client.call(ASK)
    assert upstream._until == 0.0
    endpoint.script = ["429"]
    client.call(ASK)
    assert upstream._until > 0.0


@pytest.mark.parametrize("hours", [False, True])
def test_whether_to_ask_again_is_decided_here(client: Client, endpoint: Endpoint, hours: bool) -> None:
    """A client that is told no time does not wait for an hour, whether the call was sent again or not."""
    endpoint.mode = "hours" if hours else "429"
    status, headers, _ = client.call(ASK)
    assert (status, headers["x-should-retry"], headers.get("Retry-After")) == (429, "false", None)
    assert client.session.calls[0].tries == (1 if hours else 4)


@pytest.mark.parametrize("mode", ["odd_choices", "odd_usage"])
def test_answers_that_are_none_are_recorded(client: Client, endpoint: Endpoint, mode: str) -> None:
    """Choices that are no list and counts beyond reason break nothing and lose no call."""
    endpoint.mode = mode
    client.call(ASK)
    [call] = client.session.calls
    assert call.tokens is None


def test_long_names_are_cut(client: Client) -> None:
    """What an upstream says of itself is kept short in the record."""
    client.session.model = "x" * 5000
    client.call({**ASK, "model": "x" * 5000})
    assert len(client.session.calls[0].model_asked or "") == 200


def test_a_closed_cell_calls_nobody(client: Client, endpoint: Endpoint) -> None:
    """A request whose body comes after the cell's end is not forwarded."""
    netloc = urlsplit(client.gateway.url).netloc
    host, port = netloc.split(":")
    body = json.dumps(ASK).encode()
    with socket.create_connection((host, int(port)), 10) as late:
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {client.session.token}\r\n"
        late.sendall(head.encode() + f"Content-Length: {len(body)}\r\n\r\n".encode() + body[:5])
        while not client.session.tasks:
            time.sleep(0.01)
        client.gateway.close(client.session)
        with contextlib.suppress(OSError):
            late.sendall(body[5:])
            late.recv(1000)
    assert endpoint.bodies == []


def test_a_limit_on_tokens_is_not_overrun_by_calls_at_once(tmp_path: Path, endpoint: Endpoint) -> None:
    """Ten calls at once with room for two: two are made."""
    with Gateway() as gateway:
        session = CellSession(
            protocol=CHAT,
            token=new_token(),
            model="m",
            upstream=EndpointUpstream(endpoint.url, KEY),
            limits=Limits(wall_s=20, tokens=1500),
            record=tmp_path / "limited.jsonl",
            stop=StopSignal(),
        )
        gateway.open(session)
        callers = [threading.Thread(target=Client(gateway, session).call, args=(ASK,)) for _ in range(10)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
        gateway.close(session)
    assert len(endpoint.bodies) == 2 and session.stop.reason == "limit_tokens"
