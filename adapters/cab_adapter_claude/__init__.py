"""The Claude Code CLI as a plugin of cab."""

from __future__ import annotations

from cab_core import Registration, hookimpl


@hookimpl
def cab_adapters() -> list[Registration]:
    """Register claude."""
    return [
        Registration(
            name="claude",
            summary="Claude Code (npm: @anthropic-ai/claude-code): edits through tools",
            factory="cab_adapter_claude.adapter:Claude",
        )
    ]
