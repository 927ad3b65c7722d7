"""Handing spans to an OpenTelemetry collector, beside the cells: none of them ever waits for it.

Set the standard `OTEL_EXPORTER_OTLP_ENDPOINT` and install `codingagentbench[otlp]`.
"""

from __future__ import annotations

import logging
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cab_core.errors import UserError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export import SpanExporter

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
PATIENCE_S = 5.0  # for how long the end of a run waits for a collector
_WAITING = 20_000  # spans that wait for a collector; further ones are not sent
_BATCH = 500


class SpanDelivery:
    """Sends the spans of all cells to one exporter, from a thread of its own."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._spans: deque[ReadableSpan] = deque()
        self._changed = threading.Condition()
        self._ended = False
        self._taken = self._delivered = 0
        # A daemon: the interpreter's end does not wait for a collector.
        self._thread = threading.Thread(target=self._work, name="cab-otlp", daemon=True)
        self._thread.start()

    def put(self, span: ReadableSpan) -> None:
        """Take a span that is over; never blocks."""
        with self._changed:
            self._taken += 1
            if len(self._spans) < _WAITING:
                self._spans.append(span)
                self._changed.notify()

    def close(self, patience_s: float) -> tuple[int, int]:
        """Send what is left, for so many seconds at most; return how many spans arrived, and of how many."""
        with self._changed:
            self._ended = True
            self._changed.notify()
        self._thread.join(patience_s)
        with self._changed:
            self._spans.clear()  # nothing more is sent once it was said what was
            return self._delivered, self._taken

    def _next(self) -> list[ReadableSpan]:
        with self._changed:
            self._changed.wait_for(lambda: self._spans or self._ended)
            return [self._spans.popleft() for _ in range(min(_BATCH, len(self._spans)))]

    def _work(self) -> None:
        while batch := self._next():
            if self._has_sent(batch):
                with self._changed:
                    self._delivered += len(batch)

    def _has_sent(self, batch: list[ReadableSpan]) -> bool:
        try:
            return self._exporter.export(batch).name == "SUCCESS"
        except Exception:  # noqa: BLE001  an exporter may raise anything; what was not delivered is counted
            return False


@contextmanager
def delivery(warn: Callable[[str], None], patience_s: float = PATIENCE_S) -> Iterator[SpanDelivery | None]:
    """Send spans while the context is open, if a collector is set up; say at the end what did not arrive.

    Raises:
        UserError: a collector is set up, but spans cannot be sent as it is asked for.
    """
    if not os.environ.get(ENDPOINT):
        yield None
        return
    running = SpanDelivery(_exporter())
    try:
        yield running
    finally:
        arrived, of = running.close(patience_s)
        if arrived < of:
            warn(
                f"{of - arrived} of {of} spans were not delivered to {ENDPOINT}; "
                "the spans of every cell are in its spans.jsonl"
            )


def _exporter() -> SpanExporter:
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    except ImportError as exc:
        raise UserError(
            f"{ENDPOINT} is set, but the exporter is not installed: "
            "pip install 'codingagentbench[otlp]', or unset the variable"
        ) from exc
    # It logs every retry; where nobody set up logging, that would go to the terminal.
    logging.getLogger("opentelemetry").addHandler(logging.NullHandler())
    try:
        return OTLPSpanExporter()
    except Exception as exc:
        raise UserError(
            f"{ENDPOINT} is set, but no exporter can be made of the OTEL_ variables: {exc}; "
            "correct them, or unset the variable"
        ) from exc
