"""Qwen Code as a plugin of cab."""

from __future__ import annotations

from cab_core import Registration, hookimpl


@hookimpl
def cab_adapters() -> list[Registration]:
    """Register qwen."""
    return [
        Registration(
            name="qwen",
            summary="Qwen Code (npm: @qwen-code/qwen-code): edits through tools",
            factory="cab_adapter_qwen.adapter:Qwen",
        )
    ]
