"""What the protocols have in common when a scripted model speaks."""

from __future__ import annotations

import json
from typing import Any

from cab_core.records import Usage


def event(data: dict[str, Any], name: str | None = None) -> bytes:
    """Return an event of a stream."""
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(data)}\n\n".encode()


def tokens(usage: Usage) -> tuple[int, int]:
    """Return input and output, which a scripted model always knows."""
    return usage.prompt or 0, usage.completion or 0
