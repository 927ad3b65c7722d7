"""Which of several tries of one cell counts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cab_core.records import CellResult

from .paths import is_variant


def try_number(name: str) -> int | None:
    """Return the number of a finished try by the name of its directory; None: it is no such name."""
    return int(name) if name.isascii() and name.isdigit() else None


def age(path: Path) -> tuple[bool, int]:
    """Return what orders the tries of a cell, the oldest first: their numbers, not the clock's word.

    Tries in the layout of an earlier cab, which had no variants, are older than any other.
    """
    return is_variant(path.parent.parent.name), try_number(path.name) or 0


def choose(tries: Sequence[tuple[Path, CellResult]]) -> tuple[Path, CellResult]:
    """Return the try that stands, of all finished tries of one cell, given the oldest first.

    The newest says which content counts: a result of another content (an older prompt, model or image) does
    not stand before it, even where the newest has no verdict. Of that content a verdict stands before none, a
    sealed run before a provisional one, and then the latest.
    """
    content = tries[-1][1].content_key
    same = [found for found in tries if found[1].content_key == content]
    return max(same, key=lambda found: (*found[1].standing[:2], age(found[0])))
