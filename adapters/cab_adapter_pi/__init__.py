"""pi as a plugin of cab."""

from __future__ import annotations

from cab_core import Registration, hookimpl


@hookimpl
def cab_adapters() -> list[Registration]:
    """Register pi."""
    return [
        Registration(
            name="pi",
            summary="pi (npm: @earendil-works/pi-coding-agent): edits through tools",
            factory="cab_adapter_pi.adapter:Pi",
        )
    ]
