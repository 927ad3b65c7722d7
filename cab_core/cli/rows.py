"""The one table of all commands. A row is a line or, where lines would not fit the terminal, a small block:

    the name, or the names, whole
        head value  head value

A pipe and a file have no width to fit: there a row is a line, however long.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence

import click

from .fold import GAP, columns, filled, terminal_width
from .text import name_line

Row = Sequence[str]  # a cell for each column


def print_table(
    rows: Sequence[Row], names: Sequence[str], texts: Sequence[str] = (), numbers: Sequence[str] = ()
) -> None:
    """Print rows below their heads: first names, which tell a row from others, then texts, then numbers."""
    if rows:
        width = terminal_width(sys.stdout)
        click.echo("\n".join(table_lines(rows, names, texts, numbers, width, _bold)))


def table_lines(
    rows: Sequence[Row],
    names: Sequence[str],
    texts: Sequence[str] = (),
    numbers: Sequence[str] = (),
    width: int | None = None,
    bold: Callable[[str], str] = str,
) -> Iterator[str]:
    """Yield the lines of a table, none wider than `width` columns (4 or more). What is hostile is shown."""
    heads, rows = (*names, *texts, *numbers), [tuple(map(name_line, row)) for row in rows]
    left = len(names) + len(texts)
    padded = [
        _padded(column, right=i >= left)
        for i, column in enumerate(zip(heads, *rows, strict=True))
        if i == 0 or any(column[1:])  # another in which nothing stands is left out
    ]
    head, *lines = (GAP.join(cells) for cells in zip(*padded, strict=True))
    whole = columns(head)
    if width is not None and whole > width:
        yield from _blocks(rows, heads, len(names), width, bold)
    else:
        yield from (bold(head.rstrip(" ")), "─" * whole, *(line.rstrip(" ") for line in lines))


def _padded(column: Sequence[str], right: bool) -> list[str]:
    """Return the cells of a column, all of one width; many of them are the same."""
    widths = {cell: columns(cell) for cell in set(column)}
    most = max(widths.values())
    blanks = {cell: " " * (most - width) for cell, width in widths.items()}
    return [blanks[cell] + cell if right else cell + blanks[cell] for cell in column]


def _blocks(
    rows: Sequence[Row], heads: Sequence[str], names: int, width: int, bold: Callable[[str], str]
) -> Iterator[str]:
    for row in rows:
        yield from map(bold, filled(filter(None, row[:names]), width, 0, 0))
        told = [f"{head} {cell}" for head, cell in zip(heads[names:], row[names:], strict=True) if cell]
        if told:
            yield from filled(told, width, 4, 4)


def _bold(line: str) -> str:
    return line if os.environ.get("TERM") == "dumb" else click.style(line, bold=True)
