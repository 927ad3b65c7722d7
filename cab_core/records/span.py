"""A span of a cell's trace: one line of `spans.jsonl`."""

from __future__ import annotations

import attrs

from .base import Json


@attrs.frozen(kw_only=True)
class Span:
    """What took how long, in nanoseconds since the epoch and milliseconds. None: not recorded."""

    trace_id: str | None = None
    span_id: str | None = None
    parent_id: str | None = None
    kind: str | None = None
    name: str | None = None
    started_at: str | None = None
    start_ns: int | None = None
    duration_ms: float | None = None
    attributes: dict[str, Json] | None = None
    error: str | None = None
