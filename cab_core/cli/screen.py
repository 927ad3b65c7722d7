"""What a terminal shows while cells run: a line of counts and a line for each cell under way."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from cab_core.gateway.activity import Activity
from cab_core.records import Cell, CellKey, TokenTotals

from .fold import GAP, columns, filled
from .tally import Spend, Tally
from .text import one_line

if TYPE_CHECKING:
    from rich.text import Text

_SILENT_S = 10.0  # without a byte before it is worth a word
_ROOM = 36  # columns for the figures of a cell: a layout that changes with each of them would not be read
_INDENT = 4


def counts(tally: Tally, spend: Spend) -> list[str]:
    """Return the counts so far, each a phrase; what is not known is left out: where no cell ran, tokens."""
    parts = [f"{tally.passed} passed", f"{tally.failed} failed"]
    if tally.left_out:
        parts.append(f"{tally.left_out} left out")
    if spend.cells:
        parts.append(_count(spend.tokens, spend.tokens_known) + " tokens")
    if spend.priced:
        parts.append(f"{'' if spend.usd_known else 'at least '}${spend.usd:,.2f}")
    return parts


def lines(
    tally: Tally,
    under_way: Mapping[CellKey, Activity],
    name: Callable[[Cell], str],
    stopping: bool,
    width: int,
    height: int,
) -> Iterator[Text]:
    """Yield the lines, none wider than the terminal; the cells that run longest come first."""
    from rich.text import Text

    head = [f"{tally.done}/{tally.total}", *counts(tally, tally.spent(under_way))]
    head += ["stopping"] if stopping else _left(tally)
    first = list(filled(head, width, rest=2))
    for line in first:
        yield Text(line, style="bold")
    running = tally.running.items()
    cells = [
        (_figures(under_way.get(key), since, tally.places.get(key)), name(cell))
        for key, (cell, since) in running
    ]
    rows, room = list(_rows(cells, width)), height - len(first) - 2
    size = len(rows[0]) if rows else 1
    shown = rows if len(rows) * size <= room else rows[: max(1, (room - 1) // size)]
    yield from (Text(line) for row in shown for line in row)
    if more := len(rows) - len(shown):
        yield Text(f"and {more} more", style="dim")


def _rows(cells: Sequence[tuple[tuple[str, ...], str]], width: int) -> Iterator[tuple[str, ...]]:
    """Yield of each cell its line or, where a name would not fit behind the figures, two."""
    sizes = [max(map(len, column)) for column in zip(*(figures for figures, _ in cells), strict=True)]
    before = max(_ROOM, sum(sizes) + len(GAP) * len(sizes))
    apart = any(before + columns(name) > width for _, name in cells)
    for figures, name in cells:
        said = GAP.join(f.ljust(n) for f, n in zip(figures, sizes, strict=True))
        if apart:
            yield said.rstrip(), " " * _INDENT + shortened(name, width - _INDENT)
        else:
            yield (said + GAP + name,)


def shortened(name: str, width: int) -> str:
    """Return a name in so many columns: of one too long the middle is left out, not what tells it apart."""
    if columns(name) <= width:
        return name
    from rich.cells import set_cell_size

    end = name[-(width * 2 // 3) :]
    while columns(end) > width * 2 // 3:
        end = end[1:]
    return f"{set_cell_size(name, width - columns(end) - 1)}…{end}"


def duration(seconds: float) -> str:
    """Return a time as a clock shows it: `0:41`, `1:02:05`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def tokens(found: TokenTotals) -> str:
    """Return what is known of a cell's tokens, or nothing."""
    known = found.total is not None
    n = found.total if found.total is not None else found.at_least
    return "" if n is None else f"{_count(n, known)} tokens"


def _left(tally: Tally) -> list[str]:
    found = tally.time_left()
    return [] if found is None else [f"{'about' if found[1] else 'at least'} {duration(found[0])} left"]


def _figures(found: Activity | None, since: float, where: str | None) -> tuple[str, str, str]:
    """Elapsed time, what the cell is doing, and its tokens so far; of one elsewhere, where that is."""
    elapsed = duration(time.monotonic() - since)
    if where is not None:
        return elapsed, f"on worker {one_line(where, _ROOM)}", ""
    if found is None:  # no polling can tell which: a quick CLI comes and goes between two drawings
        return elapsed, "preparing or grading", ""
    return elapsed, _doing(found), tokens(found.spent)


def _doing(found: Activity) -> str:
    if found.over:
        return "grading"
    if not found.call:
        return "no call yet"
    if not found.under_way:
        return f"after call {found.call}"
    if found.held is not None:
        return f"call {found.call}: {found.held[0]}, {duration(found.held[1])}"
    if found.silent_s is not None and found.silent_s >= _SILENT_S:
        return f"call {found.call}: no answer, {duration(found.silent_s)}"
    return f"call {found.call}"


def _count(n: int, known: bool) -> str:
    return f"{'' if known else 'at least '}{n:,}"
