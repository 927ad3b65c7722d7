"""Rows of a table of many cells, for each of which rich would take half a millisecond.

The look is that of `table.table`. A name that is wider than its column is folded as rich folds it.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Sequence

Row = Sequence[str]  # cells, each of one line or of several
_NARROWEST = 12  # of a column whose names are folded


def column_widths(head: Row, rows: Sequence[Row], folded: Collection[int], room: int) -> list[int] | None:
    """Return the width of each column in a table of at most `room`; None where it cannot be so narrow.

    `folded` are the columns that may be narrower than what is in them.
    """
    columns = zip(head, *rows, strict=True)
    widths = [max(_width(line) for cell in set(cells) for line in cell.split("\n")) for cells in columns]
    least = [min(w, _NARROWEST) if i in folded else w for i, w in enumerate(widths)]
    room -= 3 * len(widths) + 1  # a blank on each side of a cell, one between two, one at each end
    if sum(least) > room:
        return None
    while sum(widths) > room:
        widths[max(folded, key=lambda i: widths[i] - least[i])] -= 1
    return widths


def lines(rows: Sequence[Row], widths: Sequence[int], right: Collection[int]) -> Iterator[str]:
    """Yield the lines of rows; the columns `right` stand at their right edge."""
    for row in rows:
        cells = [_fold(cell, width) for cell, width in zip(row, widths, strict=True)]
        for number in range(max(map(len, cells))):
            texts = (c[number] if number < len(c) else "" for c in cells)
            yield _line(texts, widths, right)


def rule(widths: Sequence[int], ascii_only: bool) -> str:
    """Return the line below the head."""
    return f" {('-' if ascii_only else '─') * (sum(widths) + 3 * len(widths) - 1)} "


def _line(texts: Iterator[str], widths: Sequence[int], right: Collection[int]) -> str:
    padded = (
        f"{' ' * (width - _width(text))}{text}" if i in right else f"{text}{' ' * (width - _width(text))}"
        for i, (text, width) in enumerate(zip(texts, widths, strict=True))
    )
    return f"  {'   '.join(padded)}  "


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


@functools.lru_cache(4096)  # many cells share a name
def _fold(cell: str, width: int) -> list[str]:
    parts = cell.split("\n")
    if all(_width(part) <= width for part in parts):
        return parts
    from rich.console import Console
    from rich.text import Text

    return [line.plain.rstrip() for line in Text(cell).wrap(Console(), width, overflow="fold")]
