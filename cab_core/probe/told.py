"""How figures of an endpoint are said, and why a call of it was not answered."""

from __future__ import annotations

from cab_core.records import ModelCall
from cab_core.run.told import fault_told, progress_told, refusal_told


def why(call: ModelCall) -> str:
    """Return why no whole answer came."""
    if call.fault is not None:
        return fault_told(call)
    return refusal_told(call) if call.ended == "refused" else progress_told(call)


def seconds(value: float) -> str:
    """Return seconds as people read them."""
    if value < 0.001:
        return "under 1 ms"
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"


def speed(value: float) -> str:
    """Return tokens a second."""
    return f"{value:.1f}" if value < 10 else f"{value:,.0f}"


def short(text: str, width: int = 60) -> str:
    """Return a name, cut."""
    return text if len(text) <= width else f"{text[: width - 3]}..."
