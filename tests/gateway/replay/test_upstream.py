"""A record in the place of an endpoint: what was answered comes again, byte for byte."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import attrs
import pytest

from cab_core.errors import UserError
from cab_core.gateway.replay import cassette
from cab_core.gateway.replay.cassette import Cassette
from cab_core.gateway.replay.upstream import ReplayUpstream
from cab_core.gateway.server import Gateway
from cab_core.gateway.session import CellSession, new_token
from cab_core.gateway.upstream import CREDENTIALS, EndpointUpstream, Upstream
from cab_core.plugins.protocols import StopSignal
from cab_core.records import Limits
from cab_core.records.wire import WIRE_FILE
from cab_core.redaction import Redactor
from cab_core.wire.writer import WireWriter
from tests.gateway.conftest import Client
from tests.support.endpoint import KEY, Endpoint
from tests.support.wire import CHAT
from tests.wire.test_reader import ANSWER, HEAD, REQUEST, put

SAID = '{"model":"m","choices":[{"message":{"content":"x"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2}}'

BODIES = [
    {"model": "m", "messages": [{"role": "user", "content": "one"}]},
    {"model": "m", "stream": True, "messages": [{"role": "user", "content": "two"}]},
    {"model": "m", "messages": [{"role": "user", "content": "one"}]},
]


class Run:
    """Calls through a gateway, as one cell: each is (status, body)."""

    def __init__(self, directory: Path, upstream: Upstream, wire: bool = False) -> None:
        directory.mkdir(exist_ok=True)
        redactor = Redactor({KEY: "[key]"})
        writer = WireWriter(directory / WIRE_FILE, "cell", "m", CHAT, redactor, CREDENTIALS) if wire else None
        self.session = CellSession(
            protocol=CHAT, token=new_token(), model="m", upstream=upstream, limits=Limits(wall_s=20),
            record=directory / "calls.jsonl", stop=StopSignal(), wire=writer,
        )  # fmt: skip

    def calls(self, *bodies: object, at_once: bool = False) -> list[tuple[int, bytes]]:
        """Make them, one after the other or at once; return what came, in their order."""
        found: dict[int, tuple[int, bytes]] = {}
        with Gateway() as gateway:
            gateway.open(self.session)
            client = Client(gateway, self.session)

            def ask(n: int, body: object) -> None:
                status, _, data = client.call(body)
                found[n] = status, data

            threads = [threading.Thread(target=ask, args=(n, body)) for n, body in enumerate(bodies)]
            for thread in threads:
                thread.start()
                if not at_once:
                    thread.join()
            for thread in threads:
                thread.join()
            gateway.close(self.session)
        return [found[n] for n in range(len(bodies))]


def replaying(record: Path, told: list[str] | None = None, real_time: bool = False) -> ReplayUpstream:
    """A record that answers."""
    unrecorded = (lambda _: None) if told is None else told.append
    return ReplayUpstream(Cassette(record), Redactor(), {}, unrecorded, real_time)


@pytest.fixture
def recorded(tmp_path: Path, endpoint: Endpoint) -> tuple[Path, list[tuple[int, bytes]]]:
    """The record of three calls, and what came."""
    return tmp_path / "then", Run(tmp_path / "then", EndpointUpstream(endpoint.url, KEY), wire=True).calls(
        *BODIES
    )


def test_the_same_calls_bring_the_same_bytes(
    tmp_path: Path, recorded: tuple[Path, list[tuple[int, bytes]]]
) -> None:
    """Streamed and not, the same question twice; the usage is the same."""
    record, came = recorded
    run = Run(tmp_path / "now", replaying(record))
    assert run.calls(*BODIES) == came
    assert [c.tokens for c in run.session.calls] == [1050, 1050, 1050]


def test_calls_at_once_and_in_another_order_are_answered_each_by_its_own(
    tmp_path: Path, recorded: tuple[Path, list[tuple[int, bytes]]]
) -> None:
    """As sub-agents make them."""
    record, came = recorded
    assert Run(tmp_path / "now", replaying(record)).calls(*reversed(BODIES), at_once=True) == came[::-1]


def test_what_is_not_on_record_is_refused_once_and_the_nearest_named(
    tmp_path: Path, recorded: tuple[Path, list[tuple[int, bytes]]]
) -> None:
    """No client need try again, and no answer is made up."""
    told: list[str] = []
    other = {"model": "m", "messages": [{"role": "user", "content": "three"}]}
    ((status, body),) = Run(tmp_path / "now", replaying(recorded[0], told)).calls(other)
    assert status == 400 and "call 1" in json.loads(body)["error"]["message"]
    assert len(told) == 1 and "'one" not in told[0].split(", now ")[1] and "three" in told[0]


def test_a_call_too_many_is_told_as_such(
    tmp_path: Path, recorded: tuple[Path, list[tuple[int, bytes]]]
) -> None:
    """Each call of a record answers once."""
    told: list[str] = []
    Run(tmp_path / "now", replaying(recorded[0], told)).calls(*BODIES, BODIES[0])
    assert told == ["all 3 calls of the record have been answered, and one more was made"]


def test_a_failure_comes_again_at_once(tmp_path: Path, endpoint: Endpoint) -> None:
    """With the status that the CLI saw in the end, though the endpoint had been asked four times."""
    endpoint.mode = "500"
    then = Run(tmp_path / "then", EndpointUpstream(endpoint.url, KEY), wire=True).calls(BODIES[0])
    run = Run(tmp_path / "now", replaying(tmp_path / "then"))
    assert run.calls(BODIES[0]) == then and then[0][0] == 500
    assert [(c.tries, c.fault) for c in run.session.calls] == [(1, "http_500")]


@pytest.mark.parametrize("real_time", [False, True])
def test_in_real_time_an_answer_takes_as_long_as_it_took(
    tmp_path: Path, recorded: tuple[Path, list[tuple[int, bytes]]], real_time: bool
) -> None:
    """Else it comes as fast as it is taken."""
    cassette = Cassette(recorded[0])
    entry = cassette.entries[1]
    answer = entry.call.answers[-1]
    late = attrs.evolve(answer, pieces=((0, 1), (400, len(answer.body) - 1)))
    entry.call = attrs.evolve(entry.call, answers=(late,))
    run = Run(tmp_path / "now", ReplayUpstream(cassette, Redactor(), {}, lambda _: None, real_time))
    assert run.calls(BODIES[1]) == [recorded[1][1]]
    (call,) = run.session.calls
    assert (call.latency_ms >= 400) is real_time


def test_a_record_without_calls_is_a_users_mistake(tmp_path: Path, endpoint: Endpoint) -> None:
    """There is nothing to replay."""
    Run(tmp_path / "then", EndpointUpstream(endpoint.url, KEY), wire=True).calls()
    with pytest.raises(UserError, match="no call to the model"):
        Cassette(tmp_path / "then")


def strange(tmp_path: Path, **answer: object) -> Path:
    """A record of one call that a stranger made."""
    (tmp_path / "then").mkdir()
    asked = {**REQUEST, "body": {"text": json.dumps(BODIES[0])}}
    said = {**ANSWER, "body": {"text": SAID}, "headers": [["Content-Type", "application/json"]], **answer}
    return put(
        tmp_path / "then", HEAD, {"n": 1, "request": asked}, {"n": 1, "answer": said}, {"n": 1, "end_ms": 1}
    )


@pytest.mark.parametrize("status", [-1, 0, 99, 100, 101, 199, 10**9])
def test_a_status_that_is_none_of_an_answer_is_a_failure(tmp_path: Path, status: int) -> None:
    """A CLI would wait for the answer behind it, or for good."""
    run = Run(tmp_path / "now", replaying(strange(tmp_path, status=status)))
    assert run.calls(BODIES[0])[0][0] == 502
    assert [c.ended for c in run.session.calls] == ["failed"]


def test_headers_that_no_endpoint_sends_are_left_out(tmp_path: Path) -> None:
    """A line end in one, a blank in a name, what a terminal obeys."""
    odd = [
        ["X-A", "a\r\nSet-Cookie: x"],
        ["X A", "b"],
        ["", "b"],
        ["Content-Type", "application/json\x1b[2J"],
    ]
    run = Run(tmp_path / "now", replaying(strange(tmp_path, headers=odd)))
    assert run.calls(BODIES[0]) == [(200, SAID.encode())]


@pytest.mark.parametrize("pieces", [1, 3], ids=["whole", "in pieces"])
def test_an_id_of_the_record_that_the_model_repeats_is_that_of_this_run(tmp_path: Path, pieces: int) -> None:
    """Such as a sub-agent's, for which it waits: also where its answer came in pieces."""
    then, now = "550e8400-e29b-41d4-a716-446655440000", "123e4567-e89b-42d3-a456-426614174000"
    size = -(-len(then) // pieces)
    deltas = [
        {"function": {"arguments": then[at : at + size]}, "index": 0} for at in range(0, len(then), size)
    ]
    events = [{"choices": [{"index": 0, "delta": {"tool_calls": [d]}}]} for d in deltas]
    text = "".join(f"data: {json.dumps(e)}\n\n" for e in events) + "data: [DONE]\n\n"
    asked = {"model": "m", "messages": [{"role": "tool", "content": f"agent {then}"}]}
    request = {**REQUEST, "body": {"text": json.dumps(asked)}}
    answer = {**ANSWER, "body": {"text": text}, "headers": [["Content-Type", "text/event-stream"]]}
    record = put(
        tmp_path, HEAD, {"n": 1, "request": request}, {"n": 1, "answer": answer}, {"n": 1, "end_ms": 1}
    )
    asked["messages"] = [{"role": "tool", "content": f"agent {now}"}]
    ((_, body),) = Run(tmp_path / "now", replaying(record)).calls(asked)
    said = [json.loads(line.removeprefix(b"data: ")) for line in body.split(b"\n\n")[:-2]]
    calls = [c for e in said for c in e["choices"][0]["delta"]["tool_calls"]]
    assert "".join(c["function"]["arguments"] for c in calls) == now


def test_an_answer_on_record_comes_whole(tmp_path: Path) -> None:
    """What `cab wire` shows is what is replayed, whatever its pieces say."""
    run = Run(tmp_path / "now", replaying(strange(tmp_path, pieces=[])))
    assert run.calls(BODIES[0]) == [(200, SAID.encode())]


def test_a_record_that_holds_too_much_is_not_replayed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few bytes of a file may stand for many."""
    monkeypatch.setattr(cassette, "MOST", 100)
    with pytest.raises(UserError, match="hold more than 100 bytes"):
        Cassette(strange(tmp_path))
