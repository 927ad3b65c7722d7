"""Task pack `mutations`."""

from __future__ import annotations

from pathlib import Path

from cab_core import Registration, hookimpl


def root() -> Path:
    """Return the directory of the pack."""
    return Path(__file__).parent


@hookimpl
def cab_task_packs() -> list[Registration]:
    """Register the pack."""
    return [Registration(name="mutations", summary="working code with an operator or two changed; put it right", factory=root)]
