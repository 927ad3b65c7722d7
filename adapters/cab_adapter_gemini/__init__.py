"""The Gemini CLI as a plugin of cab."""

from __future__ import annotations

from cab_core import Registration, hookimpl


@hookimpl
def cab_adapters() -> list[Registration]:
    """Register gemini."""
    return [
        Registration(
            name="gemini",
            summary="Gemini CLI (npm: @google/gemini-cli): edits through tools",
            factory="cab_adapter_gemini.adapter:Gemini",
        )
    ]
