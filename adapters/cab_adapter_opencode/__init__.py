"""The opencode CLI as a plugin of cab."""

from __future__ import annotations

from cab_core import Registration, hookimpl


@hookimpl
def cab_adapters() -> list[Registration]:
    """Register opencode."""
    return [
        Registration(
            name="opencode",
            summary="opencode (npm: opencode-ai): edits through tools",
            factory="cab_adapter_opencode.adapter:Opencode",
        )
    ]
