"""mini-swe-agent as a plugin of cab."""

from __future__ import annotations

from cab_core import Registration, hookimpl


@hookimpl
def cab_adapters() -> list[Registration]:
    """Register mini-swe-agent."""
    return [
        Registration(
            name="mini-swe-agent",
            summary="mini-swe-agent (PyPI: mini-swe-agent): edits through a shell alone",
            factory="cab_adapter_mini.adapter:Mini",
        )
    ]
