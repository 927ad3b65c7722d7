"""Spans as a tree in time, for the table and for the replay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from cab_core.records import Span

_CHILDREN = 500
_NODES = 1_000


@attrs.frozen(kw_only=True)
class Node:
    """A span in its place. `at_ms` counts from the start of the first span; an unknown duration is None."""

    id: str
    parent: str | None
    kind: str
    name: str
    depth: int
    at_ms: float
    duration_ms: float | None
    attributes: dict[str, Any]
    error: str | None


def tree(spans: Sequence[Span]) -> list[Node]:
    """Return spans in the order of a tree: each after its parent, children by their start.

    Of the children of one span the first 500 are taken, and 1,000 spans in all: an agent may make as
    many calls as it likes.
    A span whose parent is not there is a root. Where no start was recorded it is taken to begin where
    the one before it ended.
    """
    starts = _starts(spans)
    known = {s.span_id for s in spans}
    children: dict[str | None, list[Span]] = {}
    for span in sorted(spans, key=lambda s: starts[id(s)]):
        children.setdefault(span.parent_id if span.parent_id in known else None, []).append(span)
    found: list[Node] = []
    waiting = [(s, 0) for s in reversed(children.get(None, [])[:_CHILDREN])]
    seen: set[str | None] = set()
    while waiting and len(found) < _NODES:
        span, depth = waiting.pop()
        if span.span_id in seen:
            continue
        seen.add(span.span_id)
        found.append(_node(span, depth, starts[id(span)]))
        waiting += [(s, depth + 1) for s in reversed(children.get(span.span_id, [])[:_CHILDREN])]
    return found


def total_ms(nodes: Sequence[Node]) -> float:
    """Return when the last span ends."""
    return max((n.at_ms + (n.duration_ms or 0.0) for n in nodes), default=0.0)


def origin_ns(spans: Sequence[Span]) -> int:
    """Return when the first span starts, in nanoseconds since 1970; 0: no start was recorded."""
    return min((s.start_ns for s in spans if s.start_ns), default=0)


def _starts(spans: Sequence[Span]) -> dict[int, float]:
    origin, end = origin_ns(spans), 0.0
    starts: dict[int, float] = {}
    for span in spans:
        at = (span.start_ns - origin) / 1e6 if span.start_ns else end
        starts[id(span)] = at
        end = at + (span.duration_ms or 0)
    return starts


def _node(span: Span, depth: int, at_ms: float) -> Node:
    return Node(
        id=str(span.span_id),
        parent=span.parent_id,
        kind=str(span.kind),
        name=str(span.name),
        depth=depth,
        at_ms=at_ms,
        duration_ms=span.duration_ms,
        attributes=span.attributes or {},
        error=span.error,
    )
