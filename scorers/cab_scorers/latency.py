"""Axis `latency`, in milliseconds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cab_core import Evidence, Score
from cab_core.records import ModelCall

Span = tuple[float, float]


class Latency:
    """`wall_clock_ms` is without `throttle_ms`, the time that the upstream made the CLI wait.

    That is when at least one call was held back, and no other was under way: calls that wait side by side
    cost the time once, and beside one that is answered they cost none.
    """

    axis = "latency"
    needs = ()

    def score(self, evidence: Evidence, scores: Mapping[str, Score]) -> Score:
        """Score one cell."""
        throttle = throttled_ms(evidence.calls)
        wall = None if evidence.wall_ms is None else max(0.0, evidence.wall_ms - throttle)
        firsts = [c.first_token_ms for c in evidence.calls if c.first_token_ms is not None]
        return Score(
            axis=self.axis,
            headline=wall,
            values={
                "wall_clock_ms": wall,
                "container_active_ms": evidence.execution.duration_s * 1000 if evidence.execution else None,
                "model_call_ms": sum(c.latency_ms for c in evidence.calls),
                "throttle_ms": throttle,
                "first_token_ms": min(firsts) if firsts else None,
            },
        )


def throttled_ms(calls: Iterable[ModelCall]) -> float:
    """Return for how many milliseconds calls were held back and none was under way."""
    held, busy = [], []
    for call in calls:
        start = call.start_ns / 1e6
        waits = [(start + a, start + b) for a, b in _waits(call)]
        held += waits
        busy += _without((start, start + call.latency_ms + call.throttle_ms), waits)
    return max(0.0, _length([*held, *busy]) - _length(busy))  # what is held and not busy


def _waits(call: ModelCall) -> Iterable[Span]:
    """Return when a call was held back; of a record that does not say, as if it had been so at first."""
    return ((0.0, call.throttle_ms),) if call.waits is None else call.waits


def _length(spans: Iterable[Span]) -> float:
    """Return how long the spans are together, counting once where they overlap."""
    length, reached = 0.0, float("-inf")
    for start, end in sorted(spans):
        length += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return length


def _without(span: Span, others: Iterable[Span]) -> list[Span]:
    """Return what is left of a span; the others are in order and apart."""
    left, (start, end) = [], span
    for a, b in others:
        if a > start:
            left.append((start, min(a, end)))
        start = max(start, b)
        if start >= end:
            break
    left.append((start, end))
    return [(a, b) for a, b in left if a < b]
