"""The seven axes of the reference, one file each."""

from __future__ import annotations

from cab_core import Registration, hookimpl

_AXES = {
    "pass_rate": ("PassRate", "did the grader accept the result"),
    "tokens": ("Tokens", "tokens that crossed the gateway"),
    "latency": ("Latency", "time, without what the upstream's throttle took"),
    "blast_radius": ("BlastRadius", "share of the changes that nobody asked for"),
    "refusal": ("Refusal", "was it right to refuse, or not to"),
    "integrity": ("Integrity", "did the agent leave alone what it must"),
    "composite": ("Composite", "one derived figure; the axes are canonical"),
}


@hookimpl
def cab_scorers() -> list[Registration]:
    """Register the axes."""
    return [
        Registration(name=axis, summary=summary, factory=f"cab_scorers.{axis}:{cls}")
        for axis, (cls, summary) in _AXES.items()
    ]
