"""Continue as a plugin of cab."""

from __future__ import annotations

from cab_core import Registration, hookimpl


@hookimpl
def cab_adapters() -> list[Registration]:
    """Register continue."""
    return [
        Registration(
            name="continue",
            summary="Continue (npm: @continuedev/cli): edits through tools",
            factory="cab_adapter_continue.adapter:Continue",
        )
    ]
