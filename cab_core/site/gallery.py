"""The gallery of recordings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .gather import Row
from .output import Output
from .pages import Options, render

_SHOWN = 240
_LINES, _COLUMNS = 9, 60


def write_gallery(rows: Sequence[Row], out: Output, options: Options) -> None:
    """Write the newest recordings as cards; the rest are reached through their configurations."""
    recorded = sorted((r for r in rows if r.current and r.recorded), key=lambda r: r.ended_at, reverse=True)
    cards = [(row, _last_lines(row.directory / "stdout.log")) for row in recorded[:_SHOWN]]
    text = render("recordings.html", "recordings.html", options, cards=cards, total=len(recorded))
    out.page("recordings.html", text)


def _last_lines(path: Path) -> str:
    """Return the end of what the CLI printed, as a small picture of its screen."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 4096))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    return "\n".join(line[:_COLUMNS] for line in lines[-_LINES:])
