"""The codex CLI as a plugin of cab."""

from __future__ import annotations

from cab_core import Registration, hookimpl


@hookimpl
def cab_adapters() -> list[Registration]:
    """Register codex."""
    return [
        Registration(
            name="codex",
            summary="OpenAI Codex CLI (npm: @openai/codex): edits through patches and a shell",
            factory="cab_adapter_codex.adapter:Codex",
        )
    ]
