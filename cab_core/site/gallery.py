"""The gallery of recordings."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from cab_core.store.reading import opened

from .output import Files
from .pages import Options, render
from .rows import Row

_SHOWN = 240
_LINES, _COLUMNS = 7, 60
_TAIL = 16_384  # bytes in which these lines are sought
_CLEARED = re.compile(r"\x1b\[[23]?J|\x1b\[\?1049[hl]|\x1bc")
_SEQUENCE = re.compile(
    r"\x1b(?:\[[0-9;?<=>]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][0-9A-Za-z]|[^\[\]()])"
)


def gallery(rows: Sequence[Row], options: Options) -> Files:
    """Make the page of the newest recordings as cards; the rest are reached through their configurations."""
    found = (r for r in options.figured(rows) if r.current and r.recorded)
    recorded = sorted(found, key=lambda r: r.ended_at, reverse=True)
    cards = [(row, _last_lines(row.directory / "terminal.cast")) for row in recorded[:_SHOWN]]
    at = "recordings.html"
    yield at, render(at, at, options, cards=cards, total=len(recorded))


def _last_lines(path: Path) -> str:
    """Return the end of a recording, as a small picture of its screen."""
    file = opened(path)
    if file is None:
        return ""
    with file:
        size = os.fstat(file.fileno()).st_size
        file.seek(max(0, size - _TAIL))
        lines = file.read(_TAIL).decode("utf-8", "replace").split("\n")
    return _screen("".join(_printed(lines[1:])))  # the first is the header, or a part of a line


def _printed(lines: Sequence[str]) -> Iterator[str]:
    """Yield what a recording's events print."""
    for line in lines:
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(event, list) and len(event) == 3 and event[1] == "o" and isinstance(event[2], str):
            yield event[2]


def _screen(text: str) -> str:
    """Return the last lines of what was printed; of a line that was written over, what stood there last."""
    plain = _SEQUENCE.sub("", _CLEARED.split(text)[-1]).replace("\r\n", "\n")
    lines = [line.rpartition("\r")[2].rstrip() for line in plain.split("\n")]
    return "\n".join(line[:_COLUMNS] for line in [line for line in lines if line][-_LINES:])
