"""Spans as a tree in time, for the table and for the replay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

_CHILDREN = 500


@attrs.frozen(kw_only=True)
class Node:
    """A span in its place. `at_ms` counts from the start of the first span."""

    id: str
    parent: str | None
    kind: str
    name: str
    depth: int
    at_ms: float
    duration_ms: float
    attributes: dict[str, Any]
    error: str | None


def tree(spans: Sequence[dict[str, Any]]) -> list[Node]:
    """Return spans in the order of a tree: each after its parent, children by their start.

    Of the children of one span the first 500 are taken: an agent may make as many calls as it likes.
    A span whose parent is not there is a root. Where no start was recorded it is taken to begin where
    the one before it ended.
    """
    starts = _starts(spans)
    known = {s.get("span_id") for s in spans}
    children: dict[Any, list[dict[str, Any]]] = {}
    for span in sorted(spans, key=lambda s: starts[id(s)]):
        parent = span.get("parent_id")
        children.setdefault(parent if parent in known else None, []).append(span)
    found: list[Node] = []
    waiting = [(s, 0) for s in reversed(children.get(None, [])[:_CHILDREN])]
    seen: set[Any] = set()
    while waiting:
        span, depth = waiting.pop()
        if span.get("span_id") in seen:
            continue
        seen.add(span.get("span_id"))
        found.append(_node(span, depth, starts[id(span)]))
        waiting += [(s, depth + 1) for s in reversed(children.get(span.get("span_id"), [])[:_CHILDREN])]
    return found


def total_ms(nodes: Sequence[Node]) -> float:
    """Return when the last span ends."""
    return max((n.at_ms + n.duration_ms for n in nodes), default=0.0)


def _starts(spans: Sequence[dict[str, Any]]) -> dict[int, float]:
    known = [s["start_ns"] for s in spans if s.get("start_ns")]
    origin, end = min(known, default=0), 0.0
    starts: dict[int, float] = {}
    for span in spans:
        at = (span["start_ns"] - origin) / 1e6 if span.get("start_ns") else end
        starts[id(span)] = at
        end = at + float(span.get("duration_ms") or 0)
    return starts


def _node(span: dict[str, Any], depth: int, at_ms: float) -> Node:
    return Node(
        id=str(span.get("span_id")),
        parent=span.get("parent_id"),
        kind=str(span.get("kind")),
        name=str(span.get("name")),
        depth=depth,
        at_ms=at_ms,
        duration_ms=float(span.get("duration_ms") or 0),
        attributes=span.get("attributes") or {},
        error=span.get("error"),
    )
