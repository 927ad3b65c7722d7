"""Cline as a plugin of cab."""

from __future__ import annotations

from cab_core import Registration, hookimpl


@hookimpl
def cab_adapters() -> list[Registration]:
    """Register cline."""
    return [
        Registration(
            name="cline",
            summary="Cline (npm: cline): edits through tools",
            factory="cab_adapter_cline.adapter:Cline",
        )
    ]
