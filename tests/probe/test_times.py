"""What is dead is told within seconds; what is slow is measured."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from itertools import count

import pytest

from cab_core.gateway.models import Model
from cab_core.probe import elsewhere, steps
from cab_core.probe.steps import run_probe
from tests.probe.conftest import Probed, said
from tests.support.model_server import ModelServer
from tests.support.odd_endpoint import OddEndpoint


def test_an_endpoint_that_hangs(probed: Probed, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that takes calls and sends nothing has little patience: it did not even send its list."""
    monkeypatch.setattr(elsewhere, "_LIST_S", 0.3)
    monkeypatch.setattr(elsewhere, "_OTHER_S", 0.3)
    monkeypatch.setattr(steps, "_SILENT_S", 0.5)
    began = time.monotonic()
    found = probed(patience_s=None, hangs=True)
    assert not found.usable and time.monotonic() - began < 10
    assert [line.what for line in found.lines] == ["address", "models", "answer"]
    assert "nothing came within 0.3 s" in said(found, "models").says
    assert "sent nothing for too long; it may be busy, or slow: --probe-timeout" in said(found, "answer").says


def test_patience_can_be_given(probed: Probed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then it holds for the call whatever the list showed."""
    monkeypatch.setattr(elsewhere, "_LIST_S", 0.2)
    monkeypatch.setattr(elsewhere, "_OTHER_S", 0.2)
    monkeypatch.setattr(steps, "_SILENT_S", 60)
    began = time.monotonic()
    assert not probed(patience_s=1, hangs=True).usable
    assert 1 < time.monotonic() - began < 10


def test_every_step_that_dead_endpoints_come_to_is_short() -> None:
    """In all, seconds: not the 600 of a cell."""
    assert steps._REACH_S * 3 <= 15 and elsewhere._LIST_S + steps._SILENT_S + 2 * elsewhere._OTHER_S <= 25


def test_nobody_there() -> None:
    """The line says that the connection was refused, and nothing else is asked."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    found = run_probe(Model(id="m", endpoint=f"http://127.0.0.1:{port}/v1"), lambda _: None, lambda _: None)
    [line] = found.lines
    assert line.ok is False and "Connection refused" in line.says and not found.usable


def test_lines_come_one_by_one(serve: Callable[..., ModelServer]) -> None:
    """Each is told when it is known, after what was being waited for."""
    order: list[str] = []
    model = Model(id="m-1", endpoint=serve().url)
    run_probe(model, lambda line: order.append(line.what), lambda what: order.append(f"({what})"))
    assert order[:6] == [
        "(connecting)", "address", "(asking for the list of models)", "models", "(waiting for a short answer)", "answer",
    ]  # fmt: skip


def test_speeds(probed: Probed) -> None:
    """Reading and writing are told apart, each within what a busy machine allows."""
    found = probed(pace_s=0.01, reading_s=0.01)
    assert found.written_tokens_s and 40 < found.written_tokens_s < 110
    assert found.read_tokens_s and 40 < found.read_tokens_s < 110
    assert found.first_token_s and found.first_token_s > 0.09


def test_a_server_of_one_slot(probed: Probed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls that wait for each other are no gain: -j 1."""
    monkeypatch.setattr("os.cpu_count", lambda: 3)
    found = probed(slots=1, pace_s=0.005)
    assert found.width == 1 and found.at_once == 3 and (found.at_once_factor or 0) > 2


def test_a_server_of_many(probed: Probed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls that do not hinder each other: as many as were tried, and it is said that more were not."""
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    found = probed(pace_s=0.02)
    assert found.width == 2 and "more were not tried on this machine of 2" in said(found, "at once").says


def test_a_quota_on_calls(probed: Probed, monkeypatch: pytest.MonkeyPatch) -> None:
    """An endpoint that asks to wait is asked one call at a time."""
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    calls = count()
    found = probed(refuse=lambda _: (429, {"error": {"message": "slow down"}}) if next(calls) == 5 else None)
    assert found.usable and found.width == 1 and "held back" in said(found, "at once").says


def test_blanks_without_end() -> None:
    """Some send them while a model thinks: they are no answer, and do not hold the probe up for ever."""

    def blanks(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.end_headers()
        handler.close_connection = True
        with suppress(OSError):
            while not odd.released.wait(0.1):
                handler.wfile.write(b" ")

    began = time.monotonic()
    with OddEndpoint().running() as odd:
        odd.extra["blanks"] = blanks
        found = run_probe(Model(id="blanks", endpoint=odd.url), lambda _: None, lambda _: None, 1)
    assert not found.usable and time.monotonic() - began < 15
    assert "nothing but keep-alives had come" in said(found, "answer").says
