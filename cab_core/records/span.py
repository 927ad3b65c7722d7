"""A span of a cell's trace: one line of `spans.jsonl`."""

from __future__ import annotations

import attrs

from .base import Json, doc


@attrs.frozen(kw_only=True)
class Span:
    """What took how long, in nanoseconds since the epoch and milliseconds. None: not recorded."""

    trace_id: str | None = attrs.field(
        default=None, metadata=doc("id of the cell's trace, 32 hexadecimal digits")
    )
    span_id: str | None = attrs.field(default=None, metadata=doc("id of the span, 16 hexadecimal digits"))
    parent_id: str | None = attrs.field(
        default=None, metadata=doc("id of the span around it; null: there is none")
    )
    kind: str | None = attrs.field(
        default=None,
        metadata=doc("what sort of work it is, such as adapter_run or model_call; null: none of cab's kinds"),
    )
    name: str | None = attrs.field(default=None, metadata=doc("name of the span"))
    started_at: str | None = attrs.field(default=None, metadata=doc("when it began, UTC, ISO 8601"))
    start_ns: int | None = attrs.field(
        default=None, metadata=doc("when it began, nanoseconds since the epoch")
    )
    duration_ms: float | None = attrs.field(default=None, metadata=doc("milliseconds that it took"))
    attributes: dict[str, Json] | None = attrs.field(
        default=None, metadata=doc("further facts, by name; one without a value is left out")
    )
    error: str | None = attrs.field(default=None, metadata=doc("why it failed; null: it did not"))
