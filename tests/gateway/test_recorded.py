"""The wire record through a real gateway: it holds what the endpoint got and what it sent."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from cab_core.gateway import recorded as recorded_module
from cab_core.gateway.server import Gateway
from cab_core.gateway.session import CellSession
from cab_core.plugins.wire_protocol import WireProtocol
from cab_core.records import Limits
from cab_core.records.wire import WIRE_FILE
from cab_core.redaction import Redactor
from cab_core.wire.reader import WireCall, WireReader
from cab_core.wire.writer import WireWriter
from tests.gateway.conftest import ASK
from tests.support.endpoint import KEY, Endpoint
from tests.support.recorded import calls_of, content, recording
from tests.support.wire import CHAT, GEMINI, MESSAGES, RESPONSES

# With `include_usage`: the one event that is kept back is one that the CLI did not ask for.
STREAM = {**ASK, "stream": True, "stream_options": {"include_usage": True}}
ASKED: dict[str, tuple[WireProtocol, str, dict[str, Any]]] = {
    "openai-chat": (CHAT, "/v1/chat/completions", STREAM),
    "openai-responses": (RESPONSES, "/v1/responses", {"model": "m", "input": "hi", "stream": True}),
    "anthropic-messages": (MESSAGES, "/v1/messages", {**ASK, "max_tokens": 9, "stream": True}),
    "gemini": (GEMINI, "/v1beta/models/m:streamGenerateContent?alt=sse", {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}),
}  # fmt: skip


def address(name: str, url: str) -> str:
    """Return an endpoint's address as a cell in a protocol has it."""
    return url.replace("/v1", "/v1beta") if name == "gemini" else url


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    """A gateway for all tests of this file."""
    with Gateway() as running:
        yield running


@pytest.fixture
def cell(gateway: Gateway, endpoint: Endpoint, tmp_path: Path) -> Iterator[CellSession]:
    """A cell before the endpoint."""
    with recording(gateway, tmp_path, endpoint.url) as session:
        yield session


class Asker:
    """Calls with a cell's token."""

    def __init__(self, gateway: Gateway, session: CellSession) -> None:
        self.gateway, self.session = gateway, session

    def sent(self, body: bytes, path: str = "/v1/chat/completions") -> http.client.HTTPResponse:
        """Send a call; return its answer, of which nothing is read."""
        self.connection = http.client.HTTPConnection(urlsplit(self.gateway.url).netloc, timeout=30)
        headers = {
            "Authorization": f"Bearer {self.session.token}",
            "Content-Type": "application/json",
            "X-Mine": "1",
        }
        self.connection.request("POST", path, body, headers)
        return self.connection.getresponse()

    def __call__(self, body: object, path: str = "/v1/chat/completions") -> bytes:
        """Return what is answered."""
        return self.sent(json.dumps(body).encode(), path).read()


def ended(asker: Asker, directory: Path) -> list[WireCall]:
    """Return the calls of a cell, which ends with that."""
    return calls_of(end(asker, directory).parent)


def end(asker: Asker, directory: Path) -> Path:
    """Return the record of a cell, which ends with that."""
    asker.gateway.close(asker.session)
    return directory / WIRE_FILE


@pytest.fixture
def ask(gateway: Gateway, cell: CellSession) -> Asker:
    """What calls for the cell."""
    return Asker(gateway, cell)


class Raw:
    """An endpoint that writes what `answer` yields, after it has read a request."""

    def __init__(self, answer: Callable[[], Iterator[bytes]], head: bytes = b"Content-Type: text/event-stream\r\n") -> None:  # fmt: skip
        self._answer, self._head = answer, head
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"

    @contextmanager
    def running(self) -> Iterator[str]:
        """Serve while the context is open; its address."""
        threading.Thread(target=self._serve, daemon=True).start()
        yield self.url
        self._socket.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                threading.Thread(target=self._speak, args=(connection,), daemon=True).start()

    def _speak(self, connection: socket.socket) -> None:
        with suppress(OSError), connection, connection.makefile("rb") as asked:
            size = 0
            while (line := asked.readline()) not in (b"\r\n", b""):
                name, _, value = line.decode("latin-1").partition(":")
                size = int(value) if name.lower() == "content-length" else size
            asked.read(size)
            connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n" + self._head + b"\r\n")
            for piece in self._answer():
                connection.sendall(piece)


def event(text: str, **more: Any) -> bytes:
    """An event in which the model writes."""
    return b"data: " + json.dumps({"model": "m", "choices": [{"index": 0, "delta": {"content": text}, **more}]}).encode() + b"\n\n"  # fmt: skip


END = event("", finish_reason="stop") + b"data: [DONE]\n\n"


def test_a_plain_call_is_there_byte_for_byte(ask: Asker, endpoint: Endpoint, tmp_path: Path) -> None:
    """The request as the endpoint got it, the answer as it sent it, headers without the credential."""
    got = ask({**ASK, "user": "wörd \u2028"})
    [call] = ended(ask, tmp_path)
    [answer] = call.answers
    assert ([call.body], answer.body) == (endpoint.bodies, got)
    assert (call.n, call.method, call.path, call.left_out, call.like) == (
        1,
        "POST",
        "chat/completions",
        0,
        None,
    )
    assert (answer.status, answer.tried, answer.coding, answer.left_out) == (200, 1, None, 0)
    assert sum(size for _, size in answer.pieces) == len(got)
    assert call.end_ms is not None and 0 <= answer.at_ms <= call.end_ms < 60_000
    names = {name.lower() for name, _ in call.headers}
    assert "x-mine" in names and "authorization" not in names
    assert dict(answer.headers)["Content-Type"] == "application/json"


@pytest.mark.parametrize("name", ASKED)
def test_a_stream_is_there_byte_for_byte(
    gateway: Gateway, endpoint: Endpoint, tmp_path: Path, name: str
) -> None:
    """In each protocol, with the times of its events."""
    protocol, path, body = ASKED[name]
    with recording(gateway, tmp_path, address(name, endpoint.url), protocol) as session:
        got = Asker(gateway, session)(body, path)
    [call] = calls_of(tmp_path)
    [answer] = call.answers
    assert WireReader(tmp_path).head.protocol == name
    assert ([call.body], answer.body) == (endpoint.bodies, got) and got.startswith((b"data:", b"event:"))
    asked, _, query = path.partition("?")
    assert asked.endswith(call.path) and call.query == query
    times = [ms for ms, _ in answer.pieces]
    assert times == sorted(times) and sum(size for _, size in answer.pieces) == len(got)


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("at", [1, 5, 20])
def test_a_key_that_a_model_writes_in_pieces_is_not_there(
    gateway: Gateway, endpoint: Endpoint, tmp_path: Path, name: str, at: int
) -> None:
    """In each protocol; the CLI gets it as it came."""
    protocol, path, body = ASKED[name]
    pieces = [KEY[:at], KEY[at:]]

    def answer() -> Iterator[bytes]:
        yield from protocol.opening("m", body)
        yield from (protocol.piece("m", piece) for piece in pieces)

    with (
        Raw(answer).running() as url,
        recording(gateway, tmp_path, address(name, url), protocol) as session,
        suppress(http.client.HTTPException, OSError),
    ):
        Asker(gateway, session)(body, path)
    assert not Redactor({KEY: "[key]"}).finds(content(tmp_path / WIRE_FILE))
    assert b"[key]" in calls_of(tmp_path)[0].answers[0].body
    assert calls_of(tmp_path)[0].answers[0].body.count(b"[key]") == 1


def test_what_the_gateway_adds_is_not_the_cli_s(ask: Asker, endpoint: Endpoint, tmp_path: Path) -> None:
    """The request stands there as the CLI sent it; the answer with the event that was kept back."""
    asked = {**ASK, "stream": True}
    got = ask(asked)
    [call] = ended(ask, tmp_path)
    assert call.body == json.dumps(asked).encode() != endpoint.bodies[0]
    assert b'"usage"' in call.answers[0].body and b'"usage"' not in got


def test_a_packed_answer_is_unpacked(ask: Asker, endpoint: Endpoint, tmp_path: Path) -> None:
    """And says how it was packed; how much came is what came."""
    endpoint.mode = "gzip"
    packed = ask(ASK)
    [answer] = ended(ask, tmp_path)[0].answers
    assert (answer.body, answer.coding) == (gzip.decompress(packed), "gzip")
    assert sum(size for _, size in answer.pieces) == len(packed)


@pytest.mark.parametrize("label", ["br", KEY, f"{KEY}, gzip", f"x-{KEY.upper()}{KEY}"])
def test_what_cannot_be_unpacked_is_told(ask: Asker, endpoint: Endpoint, tmp_path: Path, label: str) -> None:
    """Nobody knows what is in it: not a byte is kept, and how many that were is; whatever it is called."""
    endpoint.mode, endpoint.packing = "packed", (label, lambda data: b"\x0b" + data)
    ask(ASK)
    [answer] = ended(ask, tmp_path)[0].answers
    assert answer.body == b"" and answer.left_out == sum(size for _, size in answer.pieces) > 0
    assert not Redactor({KEY: "[key]"}).finds(content(end(ask, tmp_path)))
    assert f"leaves out {answer.left_out} bytes" in ask.session.notes()[0]


def test_each_answer_to_a_call_is_there(ask: Asker, endpoint: Endpoint, tmp_path: Path) -> None:
    """The one after which it was sent again too, with the key taken out of it."""
    endpoint.script = ["503", "ok"]
    ask(ASK)
    first, second = ended(ask, tmp_path)[0].answers
    assert (first.status, first.tried, second.status, second.tried) == (503, 1, 200, 2)
    assert json.loads(first.body)["error"]["message"] == "error 503; your key Bearer [key]"
    assert first.at_ms < second.at_ms


@pytest.mark.parametrize("mode", ["401", "302", "echo", "gzip_401", "debug", "long_header", "stream_error"])
def test_a_key_that_an_endpoint_repeats_is_not_there(
    ask: Asker, endpoint: Endpoint, tmp_path: Path, mode: str
) -> None:
    """In errors, however packed, in headers and events; nor is it told that the agent left it."""
    endpoint.mode = mode
    with suppress(http.client.HTTPException, OSError):
        ask({**STREAM, "user": KEY} if mode == "stream_error" else {**ASK, "user": KEY})
    found = content(end(ask, tmp_path))
    assert not Redactor({KEY: "[key]", ask.session.token: "[token]"}).finds(found)
    assert found.count(b"[key]") >= (1 if mode == "long_header" else 2)  # a header that nobody can read


def test_a_token_in_a_request_is_not_there(ask: Asker, tmp_path: Path) -> None:
    """Where an agent tells its model what it found, or asks by it."""
    token = ask.session.token
    ask(
        {**ASK, "messages": [{"role": "user", "content": f"I found {token}"}]},
        f"/v1/chat/completions?x={token}",
    )
    found = content(end(ask, tmp_path))
    assert token.encode() not in found and b"I found [token]" in found and b"x=[token]" in found


@pytest.mark.parametrize("answers", ["none", "some"])
def test_a_call_that_the_cli_gives_up_is_there(gateway: Gateway, tmp_path: Path, answers: str) -> None:
    """With what had come until then, and its end."""
    release, began = threading.Event(), event("I begin")

    def answer() -> Iterator[bytes]:
        if answers == "some":
            yield began
        release.wait(30)

    with Raw(answer).running() as url, recording(gateway, tmp_path, url) as session:
        asker = Asker(gateway, session)
        reply = asker.sent(json.dumps(STREAM).encode())
        if answers == "some":
            assert reply.read(len(began)) == began
        reply.close()
        asker.connection.close()
        while not session.calls:
            threading.Event().wait(0.01)
        release.set()
    [call] = calls_of(tmp_path)
    assert call.end_ms is not None and call.body == json.dumps(STREAM).encode()
    assert [a.body for a in call.answers] == [began if answers == "some" else b""]


def test_a_call_that_nobody_answers_is_there(ask: Asker, endpoint: Endpoint, tmp_path: Path) -> None:
    """Without an answer: the endpoint hung up each time."""
    endpoint.mode = "hang_up"
    ask(ASK)
    [call] = ended(ask, tmp_path)
    assert (call.answers, call.end_ms is not None, call.body) == ((), True, json.dumps(ASK).encode())


def test_a_stream_that_breaks_off_is_there_as_far_as_it_came(
    ask: Asker, endpoint: Endpoint, tmp_path: Path
) -> None:
    """What the CLI got before the upstream broke off."""
    endpoint.mode = "drop"
    with pytest.raises((http.client.HTTPException, OSError)):
        ask(STREAM)
    [answer] = ended(ask, tmp_path)[0].answers
    assert b"I hav" in answer.body and b"DONE" not in answer.body


def test_a_call_under_way_at_the_cell_s_end_is_there(
    gateway: Gateway, endpoint: Endpoint, tmp_path: Path
) -> None:
    """Broken off, and recorded."""
    endpoint.mode = "hang"
    with recording(gateway, tmp_path, endpoint.url) as session:
        caller = threading.Thread(
            target=lambda: suppress(Exception).__enter__() or _quietly(gateway, session)
        )
        caller.start()
        while not session.under_way:
            threading.Event().wait(0.01)
        while not endpoint.bodies:
            threading.Event().wait(0.01)
    caller.join(20)
    [call] = calls_of(tmp_path)
    assert call.end_ms is not None and call.body == json.dumps(ASK).encode()


def _quietly(gateway: Gateway, session: CellSession) -> None:
    with suppress(OSError, http.client.HTTPException):
        Asker(gateway, session)(ASK)


def test_an_answer_without_end_is_kept_in_parts(
    gateway: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On disk while it comes; of one that is too long the beginning, and how much more came."""
    monkeypatch.setattr(recorded_module, "_LONGEST", 2 << 20)
    sent = [event("x" * 40_000 + str(n)) for n in range(100)]

    def answer() -> Iterator[bytes]:
        for n, piece in enumerate(sent):
            yield piece
            while n == 60 and (tmp_path / WIRE_FILE).stat().st_size < 200:
                threading.Event().wait(0.01)
        yield END

    with Raw(answer).running() as url, recording(gateway, tmp_path, url) as session:
        got = Asker(gateway, session)(STREAM)
    [found] = calls_of(tmp_path)[0].answers
    whole = b"".join([*sent, END])
    assert got == whole and found.body == whole[: 2 << 20] and found.left_out == len(whole) - (2 << 20)
    assert sum(size for _, size in found.pieces) == 2 << 20
    assert f"leaves out {found.left_out:,} bytes" in session.notes()[0]


@pytest.mark.parametrize("at", [262_100, 262_140, 245_760, 245_700, 16_384])
def test_a_key_across_two_parts_is_not_there(gateway: Gateway, tmp_path: Path, at: int) -> None:
    """A long answer is written in parts, none of which ends within a secret, whole or in pieces."""
    filler = event("word " * 20)

    def answer() -> Iterator[bytes]:
        yield filler * (at // len(filler))
        yield b"".join(event(KEY[i : i + 3]) for i in range(0, len(KEY), 3))
        yield event(f"{KEY} again") + filler * 3000 + END

    with Raw(answer).running() as url, recording(gateway, tmp_path, url) as session:
        Asker(gateway, session)(STREAM)
    found = content(tmp_path / WIRE_FILE)
    assert not Redactor({KEY: "[key]"}).finds(found) and found.count(b"[key]") >= 2


def test_calls_at_the_same_time_are_each_whole(
    gateway: Gateway, cell: CellSession, endpoint: Endpoint, tmp_path: Path
) -> None:
    """With a context that they share, and answers that come between each other's."""
    bodies = [{**(STREAM if n % 2 else ASK), "messages": [{"role": "user", "content": "c" * 5000 + str(n)}]} for n in range(24)]  # fmt: skip
    got: dict[bytes, bytes] = {}

    def call(body: dict[str, Any]) -> None:
        got[json.dumps(body).encode()] = Asker(gateway, cell)(body)

    callers = [threading.Thread(target=call, args=(body,)) for body in bodies]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(30)
    calls = ended(Asker(gateway, cell), tmp_path)
    assert [c.n for c in calls] == list(range(1, 25)) == sorted(c.n for c in cell.calls)
    assert {c.body: c.answers[0].body for c in calls} == got
    assert sum(c.new for c in calls) < 5000 * 12


def test_what_is_refused_is_no_call(ask: Asker, endpoint: Endpoint, tmp_path: Path) -> None:
    """Of another model, by another way, no JSON, over a limit: nothing went to the model, nothing is there."""
    ask.session.limits = Limits(wall_s=60, calls=1)
    ask({**ASK, "model": "other"})
    ask({**ASK, "models": ["other"]})
    ask.sent(b"nonsense").read()
    ask(ASK)
    ask(ASK)
    assert [c.n for c in ended(ask, tmp_path)] == [1] and len(endpoint.bodies) == 1


def test_a_full_disk_breaks_no_call(gateway: Gateway, endpoint: Endpoint, tmp_path: Path) -> None:
    """The CLI has its answers, and a note says that the record ends."""
    with recording(gateway, tmp_path, endpoint.url, path=Path("/dev/full")) as session:
        assert json.loads(Asker(gateway, session)(ASK))["model"] == "served-1"
        assert b"DONE" in Asker(gateway, session)(STREAM)
    assert len(session.calls) == 2
    assert session.notes() == [
        "the wire record ends early, since it could not be written: No space left on device"
    ]


def test_a_record_that_is_large_enough_breaks_no_call(
    gateway: Gateway, endpoint: Endpoint, tmp_path: Path
) -> None:
    """Calls go on, and are told without their bodies."""
    with recording(gateway, tmp_path, endpoint.url, most=1) as session:
        got = Asker(gateway, session)(ASK)
    [call] = calls_of(tmp_path)
    assert (call.body, call.left_out, call.answers[0].left_out) == (b"", len(json.dumps(ASK)), len(got))
    assert "was asked and answered" in session.notes()[0]


def test_a_large_call_holds_up_no_other_cell(
    gateway: Gateway, endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is searched and packed beside the loop; calls of its own cell are written behind it, in their order."""
    release, large = threading.Event(), "x" * (2 << 20)
    take = WireWriter.request

    def slowly(writer: WireWriter, n: int, body: bytes) -> dict[str, Any]:
        assert len(body) < 1 << 20 or release.wait(30)
        return take(writer, n, body)

    monkeypatch.setattr(WireWriter, "request", slowly)
    directories = [tmp_path / name for name in ("one", "two")]
    for directory in directories:
        directory.mkdir()
    with (
        recording(gateway, directories[0], endpoint.url) as one,
        recording(gateway, directories[1], endpoint.url) as two,
    ):
        callers = [
            threading.Thread(target=Asker(gateway, one), args=({**ASK, "user": user},))
            for user in (large, "small")
        ]
        callers[0].start()
        while not one.calls:
            threading.Event().wait(0.01)
        callers[1].start()
        Asker(gateway, two)(ASK)
        assert not release.is_set() and len(two.calls) == 1
        release.set()
        for caller in callers:
            caller.join(30)
    assert [len(c.body) > 1 << 20 for c in calls_of(directories[0])] == [True, False]
    assert [c.n for c in WireReader(directories[0]).calls()] == [1, 2]
    assert len(calls_of(directories[1])) == 1


def test_a_large_call_is_whole_though_the_cell_ends(
    gateway: Gateway, endpoint: Endpoint, tmp_path: Path
) -> None:
    """What is being written when the cell ends is waited for."""
    body = {**STREAM, "user": "word " * (1 << 20)}
    with recording(gateway, tmp_path, endpoint.url) as session:
        Asker(gateway, session)(body)
    [call] = calls_of(tmp_path)
    assert call.body == json.dumps(body).encode() and call.end_ms is not None
