"""Task pack `refusal`."""

from __future__ import annotations

from pathlib import Path

from cab_core import Registration, hookimpl


def root() -> Path:
    """Return the directory of the pack."""
    return Path(__file__).parent


@hookimpl
def cab_task_packs() -> list[Registration]:
    """Register the pack."""
    return [Registration(name="refusal", summary="requests to refuse, each with a benign twin", factory=root)]
