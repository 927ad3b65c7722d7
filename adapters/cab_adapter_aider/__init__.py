"""The aider CLI as a plugin of cab."""

from __future__ import annotations

from cab_core import Registration, hookimpl


@hookimpl
def cab_adapters() -> list[Registration]:
    """Register aider."""
    return [
        Registration(
            name="aider",
            summary="aider (PyPI: aider-chat): edits through text, no tools",
            factory="cab_adapter_aider.adapter:Aider",
        )
    ]
