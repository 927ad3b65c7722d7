"""The GitHub Copilot CLI as a plugin of cab."""

from __future__ import annotations

from cab_core import Registration, hookimpl


@hookimpl
def cab_adapters() -> list[Registration]:
    """Register copilot."""
    return [
        Registration(
            name="copilot",
            summary="GitHub Copilot CLI (npm: @github/copilot): edits through tools",
            factory="cab_adapter_copilot.adapter:Copilot",
        )
    ]
