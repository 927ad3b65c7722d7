"""A collector of spans is never waited for by a cell, and what it did not get is said."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from cab_core.errors import UserError
from cab_core.redaction import Redactor
from cab_core.trace import otlp
from cab_core.trace.otlp import ENDPOINT, SpanDelivery, delivery
from cab_core.trace.spans import CellTrace


class Collector:
    """A collector on loopback. `status` is what it answers; None: it never does."""

    def __init__(self, status: int | None) -> None:
        self.bodies: list[bytes] = []
        self.released = threading.Event()
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                collector.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                if status is None:
                    collector.released.wait(60)
                    return
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """End it."""
        self.released.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(params=["nobody listens", "never answers", "an error", "a refusal"])
def dead(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a collector that takes no span, for one of several reasons."""
    if request.param == "nobody listens":
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            yield f"http://127.0.0.1:{free.getsockname()[1]}"
        return
    collector = Collector({"never answers": None, "an error": 503, "a refusal": 401}[request.param])
    yield collector.url
    collector.close()


def write_cell(path: Path, running: SpanDelivery | None) -> None:
    """Write a cell's two spans."""
    trace = CellTrace(path, "cell", running)
    with trace.span("adapter_run", "outer"), trace.span("container", "inner"):
        pass
    trace.close()


def names(path: Path) -> list[str]:
    """Return the names of the spans in a file."""
    return [json.loads(line)["name"] for line in path.read_text().splitlines()]


def test_spans_reach_a_collector_that_is_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Spans of several cells are with the collector when the run has ended, and nothing is said."""
    collector, said = Collector(200), list[str]()
    monkeypatch.setenv(ENDPOINT, collector.url)
    with delivery(said.append) as running:
        for number in range(3):
            write_cell(tmp_path / str(number), running)
    collector.close()
    assert sum(b.count(b"inner") for b in collector.bodies) == 3 and said == []


def test_a_dead_collector_costs_a_cell_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dead: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Twenty cells end at once, the run some seconds later; all spans are in the files, and what is lost is said."""
    monkeypatch.setenv(ENDPOINT, dead)
    said: list[str] = []
    start = time.monotonic()
    with delivery(said.append, patience_s=1) as running:
        for number in range(20):
            write_cell(tmp_path / str(number), running)
        cells_s = time.monotonic() - start
    # Had each waited, they had taken twenty times its patience; the exporter by itself would try for ten seconds.
    assert cells_s < 20 and time.monotonic() - start < cells_s + 9
    assert all(names(tmp_path / str(n)) == ["inner", "outer"] for n in range(20))
    (warning,) = said
    assert "40 of 40 spans were not delivered" in warning and "spans.jsonl" in warning
    assert capfd.readouterr() == ("", "")


def test_what_the_exporter_logs_stays_off_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Its retries go to whoever set up logging, and else to nobody."""
    monkeypatch.setenv(ENDPOINT, "http://127.0.0.1:9")
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    with delivery(lambda _: None):
        logging.getLogger("opentelemetry.exporter.otlp").error("no connection, try again")
    assert capfd.readouterr() == ("", "")


class Exporter:
    """An exporter that does what a test wants."""

    def __init__(self, export: Any) -> None:
        self.export = export


def test_an_exporter_that_raises_is_counted() -> None:
    """What an exporter raises loses its batch alone; the next one is sent."""
    from opentelemetry.sdk.trace.export import SpanExportResult

    first = threading.Event()

    def export(batch: list[object]) -> SpanExportResult:
        if not first.is_set():
            first.set()
            raise ValueError("no")
        return SpanExportResult.SUCCESS

    running = SpanDelivery(Exporter(export))  # type: ignore[arg-type]
    running.put("a")  # type: ignore[arg-type]
    assert first.wait(10)
    running.put("b")  # type: ignore[arg-type]
    assert running.close(10) == (1, 2)


def test_no_span_is_held_without_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """While a collector does not answer, so many spans wait for it and no more; the others count as lost."""
    monkeypatch.setattr(otlp, "_WAITING", 10)
    gate, called = threading.Event(), threading.Event()

    def export(_: object) -> object:
        called.set()
        gate.wait(60)
        return SpanExportResult.SUCCESS

    from opentelemetry.sdk.trace.export import SpanExportResult

    running = SpanDelivery(Exporter(export))  # type: ignore[arg-type]
    running.put("first")  # type: ignore[arg-type]
    assert called.wait(10)
    for _ in range(100):
        running.put("span")  # type: ignore[arg-type]
    gate.set()
    assert running.close(10) == (11, 101)


def test_a_collector_that_is_set_up_wrongly_is_told_before_a_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables of which no exporter can be made are a user's mistake, with the reason."""
    monkeypatch.setenv(ENDPOINT, "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_PYTHON_EXPORTER_OTLP_HTTP_TRACES_CREDENTIAL_PROVIDER", "nobody")
    with pytest.raises(UserError, match=f"{ENDPOINT} is set, but no exporter.*nobody"), delivery(print):
        raise AssertionError("entered")


def test_an_exporter_that_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the variable set and the extra not installed, what to do is said before any cell."""
    monkeypatch.setenv(ENDPOINT, "http://127.0.0.1:9")
    monkeypatch.setitem(
        __import__("sys").modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None
    )
    with pytest.raises(UserError, match=r"codingagentbench\[otlp\]"), delivery(print):
        raise AssertionError("entered")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OTEL_SDK_DISABLED", "true"),
        ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "0"),
        ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "many"),
        ("OTEL_TRACES_SAMPLER", "always_off"),
    ],
)
def test_no_variable_of_the_environment_changes_a_cells_spans(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """spans.jsonl is whole whatever is set up for OpenTelemetry around us."""
    monkeypatch.setenv(name, value)
    write_cell(tmp_path / "spans.jsonl", None)
    kinds = [json.loads(line)["kind"] for line in (tmp_path / "spans.jsonl").read_text().splitlines()]
    assert kinds == ["container", "adapter_run"]


def test_neither_file_nor_collector_is_given_a_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names, attributes, errors and their tracebacks: the same filter for both."""
    secret, collector = "sk-4fQ7xT29bLmZ0kVwEr81", Collector(200)
    monkeypatch.setenv(ENDPOINT, collector.url)
    with delivery(print) as running:
        trace = CellTrace(tmp_path / "spans", "cell", running, Redactor({secret: "[key]"}))
        with suppress(ValueError), trace.span("container", f"of {secret}", argv=["x", f"--key={secret}"]):
            raise ValueError(f"no such key: {secret}")
        trace.close()
    collector.close()
    sent = b"".join(collector.bodies)
    assert sent.count(b"[key]") >= 4 and secret.encode() not in sent
    text = (tmp_path / "spans").read_text()
    assert text.count("[key]") == 3 and secret not in text
