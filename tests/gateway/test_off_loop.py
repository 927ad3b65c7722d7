"""A large body is read in a thread, which cannot be stopped: neither the cell's end nor its record waits for it."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from cab_core.gateway import forward, off_loop
from cab_core.gateway.call import Call
from cab_core.gateway.fault import MALFORMED
from tests.gateway.conftest import ASK, Client


class Slow:
    """In place of what reads an answer: it reads when it is let, and then tells."""

    def __init__(self, read: Callable[[Call, bytes], None]) -> None:
        self._read = read
        self.begun, self.let, self.done = threading.Event(), threading.Event(), threading.Event()

    def __call__(self, call: Call, body: bytes) -> None:
        self.begun.set()
        assert self.let.wait(30)
        self._read(call, body)
        call.verdict = MALFORMED
        self.done.set()


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    """A thread for each body, and an answer that is read when it is let."""
    found = Slow(forward._read_whole)
    for module in (off_loop, forward):
        monkeypatch.setattr(module, "LARGE", 0)
    monkeypatch.setattr(forward, "_read_whole", found)
    return found


def asked(client: Client) -> http.client.HTTPConnection:
    """Send a call, and do not wait for its answer."""
    connection = http.client.HTTPConnection(urlsplit(client.gateway.url).netloc, timeout=30)
    headers = {"Authorization": f"Bearer {client.session.token}", "Content-Type": "application/json"}
    connection.request("POST", "/v1/chat/completions", json.dumps(ASK), headers)
    return connection


def test_a_cell_ends_while_an_answer_is_read(client: Client, slow: Slow) -> None:
    """The call is recorded as it stood, and what the thread finds later changes nothing of it."""
    connection = asked(client)
    assert slow.begun.wait(30)
    call = next(iter(client.session.under_way.values()))
    client.gateway.close(client.session)  # the thread still waits
    [recorded] = client.session.calls
    assert (recorded.ended, recorded.fault, recorded.usage.total) == ("cut", None, None)
    slow.let.set()
    assert slow.done.wait(30)
    connection.close()
    assert call.reading.events == 0 and call.verdict != MALFORMED


def test_what_was_read_in_a_thread_is_the_call_s(client: Client, slow: Slow) -> None:
    """As if it had been read at once."""
    slow.let.set()
    assert client.call(ASK)[0] == 200
    [recorded] = client.session.calls
    assert recorded.usage.total is not None and recorded.fault == MALFORMED.fault


def test_a_large_request_is_judged_beside_the_loop(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of millions of fields each is looked at, and all cells would wait for it."""
    threads, judge = list[str](), client.session.refuse

    def refuse(*args: Any) -> Any:
        threads.append(threading.current_thread().name)
        return judge(*args)

    monkeypatch.setattr(client.session, "refuse", refuse)
    for size in (1, off_loop.LARGE):
        assert client.call({**ASK, "x": "y" * size})[0] == 200
    assert threads[0] == "cab-gateway" != threads[1]
