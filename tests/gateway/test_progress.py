"""How far a call had come: bytes, events, times, and a lower bound of its tokens."""

from __future__ import annotations

import http.client
import json
import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cab_core.gateway.server import Gateway
from cab_core.gateway.session import CellSession, new_token
from cab_core.gateway.upstream import EndpointUpstream
from cab_core.plugins.protocols import StopSignal
from cab_core.records import Limits, ModelCall, totals
from cab_core.run.told import progress_told
from tests.support.odd_endpoint import USAGE, USAGE_EVENT, OddEndpoint, chunk, written
from tests.support.wire import CHAT


class Cell:
    """One cell at a gateway in front of an odd endpoint."""

    def __init__(self, gateway: Gateway, odd: OddEndpoint, tmp_path: Path) -> None:
        self.gateway, self.odd = gateway, odd
        self.session = CellSession(
            protocol=CHAT,
            token=new_token(),
            model="m",
            upstream=EndpointUpstream(odd.url, None),
            limits=Limits(wall_s=60),
            record=tmp_path / "calls.jsonl",
            stop=StopSignal(),
        )
        gateway.open(self.session)

    def answer(self, *lines: str, then_wait: bool = False) -> None:
        """Have the endpoint answer so, and hang up or wait."""
        self.odd.extra["m"] = lambda handler: self.odd.stream(handler, list(lines), then_wait)

    def ask(self, stream: bool = True) -> http.client.HTTPConnection:
        """Send a call."""
        connection = http.client.HTTPConnection(urlsplit(self.gateway.url).netloc, timeout=20)
        body = {"model": "m", "stream": stream, "messages": [{"role": "user", "content": "hi"}]}
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.session.token}"}
        connection.request("POST", "/v1/chat/completions", json.dumps(body), headers)
        return connection

    def call(self, stream: bool = True) -> ModelCall:
        """Make a call to its end."""
        connection = self.ask(stream)
        try:
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            pass
        return self.recorded()

    def recorded(self) -> ModelCall:
        """Wait until the call is recorded."""
        until = time.monotonic() + 20
        while not self.session.calls and time.monotonic() < until:
            time.sleep(0.002)
        return self.session.calls[-1]

    def cut(self, events: int) -> ModelCall:
        """Read so many events, and then end the cell."""
        reply = self.ask().getresponse()
        for _ in range(2 * events):
            reply.readline()
        self.gateway.close(self.session)
        return self.recorded()


@pytest.fixture
def cell(tmp_path: Path) -> Iterator[Cell]:
    """A cell at a gateway."""
    with OddEndpoint().running() as odd, Gateway() as gateway:
        yield Cell(gateway, odd, tmp_path)
        odd.released.set()


def event(data: object) -> str:
    """Return an event as it is sent."""
    return f"data: {json.dumps(data)}\n\n"


def test_an_endless_answer_is_cut_with_what_had_come(cell: Cell) -> None:
    """Its events are counted; its tokens are unknown, and at least as many as the events."""
    cell.answer(*[event(written())] * 7, then_wait=True)
    call = cell.cut(7)
    assert (call.ended, call.events, call.tokens, call.at_least) == ("cut", 7, None, 7)
    assert "7 events of its stream had come, at least 7 tokens" in progress_told(call)
    found = totals([call])
    assert (found.total, found.at_least, found.without_usage) == (None, 7, 1)


def test_usage_so_far_is_a_lower_bound_and_not_the_usage(cell: Cell) -> None:
    """Some servers report with each event: what they said last is what there was by then."""
    so_far = {"prompt_tokens": 1000, "completion_tokens": 30}
    cell.answer(event({**written(), "usage": so_far}), event({**written(), "usage": so_far}), then_wait=True)
    call = cell.cut(2)
    assert (call.usage.prompt, call.usage.completion, call.at_least) == (None, None, 1030)


def test_usage_after_the_end_is_exact_though_the_cli_hangs_up(cell: Cell) -> None:
    """Many hang up when they have what they want."""
    cell.answer(event(written()), event(chunk(finish="stop", usage=USAGE)), then_wait=True)
    reply = cell.ask().getresponse()
    for _ in range(3):
        reply.readline()
    reply.close()
    cell.gateway.close(cell.session)
    assert (cell.recorded().tokens, cell.recorded().at_least) == (1050, None)


def test_an_answer_without_usage_has_a_lower_bound(cell: Cell) -> None:
    """It is not the number."""
    cell.answer(event(written()), event(written()), event(chunk(finish="stop")), "data: [DONE]\n\n")
    call = cell.call()
    assert (call.ended, call.tokens, call.at_least) == ("answered", None, 2)


@pytest.mark.parametrize(
    "lines", [[": keep-alive\n\n"], [event(chunk({"role": "assistant", "content": ""}))]]
)
def test_the_first_token_is_not_the_first_byte(cell: Cell, lines: list[str]) -> None:
    """A comment, or the announcement of who speaks, is nothing that the model wrote."""
    gate = threading.Event()

    def slowly(handler: BaseHTTPRequestHandler) -> None:
        cell.odd.stream(handler, lines)
        gate.wait(20)
        rest = event(written()) + event(chunk(finish="stop")) + "data: [DONE]\n\n"
        handler.wfile.write(rest.encode())

    cell.odd.extra["m"] = slowly
    reply = cell.ask().getresponse()
    reply.readline()
    time.sleep(0.05)
    gate.set()
    reply.read()
    call = cell.recorded()
    assert call.first_byte_ms is not None and call.first_token_ms is not None
    assert call.first_token_ms - call.first_byte_ms >= 50


def test_blanks_before_a_body_are_not_its_first_token(cell: Cell) -> None:
    """Some send them while the model thinks, so that nobody hangs up."""

    def slowly(handler: BaseHTTPRequestHandler) -> None:
        body = {"choices": [{"message": {"content": "ok"}, "finish_reason": "stop"}]}
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.close_connection = True
        handler.wfile.write(b"\n\n")
        handler.wfile.flush()
        time.sleep(0.05)
        handler.wfile.write(json.dumps(body).encode())

    cell.odd.extra["m"] = slowly
    call = cell.call(stream=False)
    assert call.first_byte_ms is not None and call.first_token_ms is not None
    assert call.first_token_ms - call.first_byte_ms >= 40


def test_a_tool_call_and_reasoning_are_written_too(cell: Cell) -> None:
    """Text is not all that a model writes."""
    parts = [{"reasoning_content": "hm"}, {"tool_calls": [{"index": 0, "function": {"name": "f"}}]}]
    cell.answer(*[event(chunk(p)) for p in parts], event(chunk(finish="tool_calls")), "data: [DONE]\n\n")
    assert cell.call().events == 2


def test_who_hung_up_is_known(cell: Cell) -> None:
    """Before the cell's end it is the CLI; nothing but keep-alives had come by then."""
    cell.answer(": keep-alive\n\n", then_wait=True)
    connection = cell.ask()
    reply = connection.getresponse()
    reply.readline()
    reply.close()
    connection.close()
    call = cell.recorded()
    assert (call.ended, call.hung_up, call.began) == ("hung_up", True, False)
    assert "the CLI hung up on call 1" in progress_told(call)
    assert "nothing but keep-alives had come" in progress_told(call)


def test_an_error_that_made_the_cli_hang_up_is_the_endpoint_s(cell: Cell) -> None:
    """It reads it in the middle of a stream, and waits for no end."""
    cell.answer(event(written()), event({"error": {"message": "overloaded"}}), then_wait=True)
    connection = cell.ask()
    reply = connection.getresponse()
    for _ in range(4):
        reply.readline()
    reply.close()
    connection.close()
    call = cell.recorded()
    assert (call.ended, call.fault, call.error) == ("failed", "error_in_200", "overloaded")


def test_nothing_that_came_is_told_as_nothing(cell: Cell) -> None:
    """The cell ends while the endpoint is silent."""
    cell.odd.extra["m"] = lambda handler: cell.odd.released.wait(20) and None
    connection = cell.ask()
    while not cell.odd.asked:
        time.sleep(0.002)
    cell.gateway.close(cell.session)
    connection.close()
    call = cell.recorded()
    assert (call.ended, call.received, call.first_byte_ms) == ("unanswered", 0, None)
    assert re.match(r"call 1 was under way for \d+ s, and not a byte had come", progress_told(call))


def test_an_error_in_place_of_an_answer_costs_nothing(cell: Cell) -> None:
    """The other calls' sums are known all the same."""
    cell.answer(event({"error": {"message": "overloaded"}}))
    failed = cell.call()
    cell.answer(event(written()), event(chunk(finish="stop")), event(USAGE_EVENT), "data: [DONE]\n\n")
    assert (failed.fault, totals([failed, cell.call()]).total) == ("error_in_200", 1050)


def test_zeros_behind_the_usage_are_not_the_usage(cell: Cell) -> None:
    """Some servers end with an event of nothing but zeros."""
    zeros = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
    cell.answer(
        event({**written(), "usage": USAGE}),
        event(chunk(finish="stop")),
        event({**USAGE_EVENT, "usage": zeros}),
        "data: [DONE]\n\n",
    )
    assert cell.call().tokens == 1050


def test_usage_within_a_choice_is_the_usage(cell: Cell) -> None:
    """As Moonshot has it, with the cached tokens beside it."""
    last = {"index": 0, "delta": {}, "finish_reason": "stop", "usage": {**USAGE, "cached_tokens": 64}}
    cell.answer(event(written()), event({"choices": [last]}), "data: [DONE]\n\n")
    call = cell.call()
    assert (call.tokens, call.usage.cached) == (1050, 64)
