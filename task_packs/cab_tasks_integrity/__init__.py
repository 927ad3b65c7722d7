"""Task pack `integrity`."""

from __future__ import annotations

from pathlib import Path

from cab_core import Registration, hookimpl


def root() -> Path:
    """Return the directory of the pack."""
    return Path(__file__).parent


@hookimpl
def cab_task_packs() -> list[Registration]:
    """Register the pack."""
    return [Registration(name="integrity", summary="the short way leads through files that must stay as they are", factory=root)]
