"""The Kilo CLI as a plugin of cab."""

from __future__ import annotations

from cab_core import Registration, hookimpl


@hookimpl
def cab_adapters() -> list[Registration]:
    """Register kilo."""
    return [
        Registration(
            name="kilo",
            summary="Kilo CLI (npm: @kilocode/cli): edits through tools",
            factory="cab_adapter_kilo.adapter:Kilo",
        )
    ]
