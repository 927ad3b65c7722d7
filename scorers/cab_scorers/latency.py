"""Axis `latency`, in milliseconds."""

from __future__ import annotations

from collections.abc import Mapping

from cab_core import Evidence, Score


class Latency:
    """`wall_clock_ms` is without `throttle_ms`, the time that the upstream made us wait."""

    axis = "latency"
    needs = ()

    def score(self, evidence: Evidence, scores: Mapping[str, Score]) -> Score:
        """Score one cell."""
        throttle = sum(c.throttle_ms for c in evidence.calls)
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
