"""The gallery of recordings."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from cab_core.store.reading import opened

from .output import Files
from .pages import Options, render
from .rows import Row

_SHOWN = 240
_LINES, _COLUMNS = 9, 60
_TAIL = 4096  # bytes in which these lines are sought


def gallery(rows: Sequence[Row], options: Options) -> Files:
    """Make the page of the newest recordings as cards; the rest are reached through their configurations."""
    found = (r for r in options.figured(rows) if r.current and r.recorded)
    recorded = sorted(found, key=lambda r: r.ended_at, reverse=True)
    cards = [(row, _last_lines(row.directory / "stdout.log")) for row in recorded[:_SHOWN]]
    at = "recordings.html"
    yield at, render(at, at, options, cards=cards, total=len(recorded))


def _last_lines(path: Path) -> str:
    """Return the end of what the CLI printed, as a small picture of its screen."""
    file = opened(path)
    if file is None:
        return ""
    with file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - _TAIL))
        text = file.read(_TAIL).decode("utf-8", "replace")
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    return "\n".join(line[:_COLUMNS] for line in lines[-_LINES:])
