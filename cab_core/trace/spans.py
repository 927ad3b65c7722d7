"""Spans of a cell through OpenTelemetry: always as JSON lines, and to a collector where one is set up.

Kinds and attributes of the spans stand in docs/reference/spans.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cab_core import __version__
from cab_core.redaction import Redactor

from .clock import iso_of_ns
from .files import close_on_disk
from .genai import span_name
from .otlp import SpanDelivery

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan, SpanLimits
    from opentelemetry.trace import Span

KIND = "cab.kind"
NAME = "cab.name"  # cab's own name of a span that a collector gets under that of the conventions


class CellTrace:
    """The spans of one cell, as JSON lines and, where `delivery` is given, to a collector.

    Close it: then its file is on disk.
    """

    def __init__(
        self,
        path: Path,
        cell_id: str,
        delivery: SpanDelivery | None = None,
        secrets: Redactor | None = None,
    ) -> None:
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor
        from opentelemetry.sdk.trace.sampling import ALWAYS_ON

        resource = Resource({"service.name": "cab", "service.version": __version__, "cab.cell_id": cell_id})
        self._provider = TracerProvider(
            sampler=ALWAYS_ON,
            resource=resource,
            shutdown_on_exit=False,
            id_generator=_one_trace(),
            span_limits=_no_limits(),
        )
        self._provider._disabled = False  # OTEL_SDK_DISABLED is about other programs' spans
        self._provider.add_span_processor(SimpleSpanProcessor(_json_lines(path, secrets or Redactor())))
        if delivery is not None:
            self._provider.add_span_processor(_handing_over(delivery, secrets or Redactor()))
        self._tracer = self._provider.get_tracer("cab", __version__)

    @contextmanager
    def span(self, kind: str, name: str, /, **attributes: Any) -> Iterator[Span]:
        """Open a span below the one that is open; an exception marks it as an error and goes through."""
        with self._tracer.start_as_current_span(name, attributes=_flat({KIND: kind, **attributes})) as span:
            try:
                yield span
            except BaseException as exc:
                span.set_attribute("error.type", type(exc).__qualname__)
                raise

    def past(
        self,
        kind: str,
        name: str,
        start_ns: int,
        end_ns: int,
        attributes: Mapping[str, Any],
        error: str | None = None,
    ) -> None:
        """Add a span that is over, below the open one. Times in nanoseconds since the epoch.

        `error`: what went wrong in it.
        """
        from opentelemetry.trace import Status, StatusCode

        said = _flat({KIND: kind, **attributes, **({"error.type": error} if error else {})})
        span = self._tracer.start_span(name, attributes=said, start_time=start_ns)
        if error is not None:
            span.set_status(Status(StatusCode.ERROR, error))
        span.end(end_time=end_ns)

    def call(
        self, name: str, start_ns: int, end_ns: int, attributes: Mapping[str, Any], error: str | None
    ) -> None:
        """Add the span of a model call that is over, below the open one. `error`: why no answer came."""
        from opentelemetry.trace import SpanKind, Status, StatusCode

        said = _flat({KIND: "model_call", **attributes})
        span = self._tracer.start_span(name, attributes=said, start_time=start_ns, kind=SpanKind.CLIENT)
        if error is not None:
            span.set_status(Status(StatusCode.ERROR, error))
        span.end(end_time=end_ns)

    def close(self) -> None:
        """End the spans' file. It waits for no collector."""
        self._provider.shutdown()


def set_attributes(span: Span, **attributes: Any) -> None:
    """Add attributes to an open span."""
    span.set_attributes(_flat(attributes))


def _flat(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes as OpenTelemetry takes them: numbers, texts, lists of texts; the rest as JSON."""
    return {k: _value(v) for k, v in attributes.items() if v is not None}


def _value(value: Any) -> Any:
    if isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Sequence) and all(isinstance(v, str) for v in value):
        return list(value)
    return json.dumps(value, sort_keys=True)


def _no_limits() -> SpanLimits:
    """Return limits that no variable of the environment sets: what is recorded must not depend on it."""
    from opentelemetry.sdk.trace import SpanLimits

    unset = SpanLimits.UNSET
    return SpanLimits(unset, unset, unset, unset, unset, unset, unset, unset)


def _one_trace() -> Any:
    """Return an id generator that puts all spans of a cell, its roots too, into one trace."""
    from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

    class OneTrace(RandomIdGenerator):
        def __init__(self) -> None:
            self._trace = super().generate_trace_id()

        def generate_trace_id(self) -> int:
            return self._trace

    return OneTrace()


def _json_lines(path: Path, secrets: Redactor) -> Any:
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

    class JsonLines(SpanExporter):
        def __init__(self) -> None:
            self._file = path.open("a", encoding="utf-8")

        def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
            try:
                self._file.writelines(json.dumps(secrets.record(_row(span))) + "\n" for span in spans)
                self._file.flush()
            except OSError:
                return SpanExportResult.FAILURE  # the disk is full: the runner says so, once
            return SpanExportResult.SUCCESS

        def shutdown(self) -> None:
            with suppress(OSError):
                close_on_disk(self._file)

    return JsonLines()


def _public(span: ReadableSpan, secrets: Redactor) -> ReadableSpan:
    """Return a span as it may leave this process, under the name that the conventions have for it."""
    from opentelemetry.sdk.trace import Event, ReadableSpan
    from opentelemetry.trace import Status

    def clean(attributes: Mapping[str, Any] | None) -> dict[str, Any]:
        return secrets.record(dict(attributes or {}))

    said, attributes = span.status.description, dict(span.attributes or {})
    if (name := span_name(attributes)) is not None:
        attributes[NAME] = span.name
    return ReadableSpan(
        name=secrets.text(name or span.name),
        context=span.get_span_context(),
        parent=span.parent,
        resource=span.resource,
        attributes=clean(attributes),
        events=[Event(e.name, clean(e.attributes), e.timestamp) for e in span.events],
        links=span.links,
        kind=span.kind,
        status=Status(span.status.status_code, secrets.text(said) if said else None),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _row(span: ReadableSpan) -> dict[str, Any]:
    attributes = {k: list(v) if isinstance(v, tuple) else v for k, v in (span.attributes or {}).items()}
    start, end = span.start_time or 0, span.end_time or 0
    failed = span.status.description if span.status.status_code.name == "ERROR" else None
    context = span.get_span_context()
    assert context is not None
    return {
        "trace_id": f"{context.trace_id:032x}",
        "span_id": f"{context.span_id:016x}",
        "parent_id": f"{span.parent.span_id:016x}" if span.parent else None,
        "kind": attributes.pop(KIND, None),
        "name": span.name,
        "started_at": iso_of_ns(start),
        "start_ns": start,
        "duration_ms": (end - start) / 1e6,
        "attributes": attributes,
        "error": failed,
    }


def _handing_over(delivery: SpanDelivery, secrets: Redactor) -> Any:
    """Return a processor of one cell's spans; all cells' go to one delivery, which ends with the run."""
    from opentelemetry.sdk.trace import SpanProcessor

    class HandingOver(SpanProcessor):
        def on_end(self, span: ReadableSpan) -> None:
            delivery.put(_public(span, secrets))

    return HandingOver()
