"""Cards: the pictures that a link to a page shows elsewhere (1200 x 630 pixels), each drawn once.

A cell's card shows its configuration, its outcome and its marks, and so do all cells that share these: what
the link's own title and description say, the task and why it ended, is not in the picture.
"""

from __future__ import annotations

from collections.abc import Sequence

from cab_core.stats import Summary
from cab_core.store.paths import segment
from cab_core.words import plural

from .badge import LABEL, colour
from .output import Files, Output, digest
from .pixels import ACCENT, INK, SOFT, Canvas
from .rows import Row
from .text import percent, span, visible

_PAPER, _INK, _SOFT, _RATE = "#fdfdfc", "#1d2126", "#6a727c", "#0b5a78"


def card_address(row: Row) -> str:
    """Return the address of the card that a cell shares with others that look the same."""
    return _address(row, "-".join((row.outcome, *row.marks)))


def rate_address(row: Row) -> str:
    """Return the address of the card of a cell's configuration."""
    return _address(row, "rate")


def _address(row: Row, look: str) -> str:
    return f"card/{row.home.removeprefix('config/')}/{segment(look)}.png"


def write_cards(rows: Sequence[Row], out: Output, fingerprint: str) -> None:
    """Write the cards of cells, one for all that look the same."""
    for address, row in {card_address(r): r for r in rows}.items():
        out.update(address, digest(fingerprint, row.name, row.home), _card(address, row))


def _card(address: str, row: Row) -> Files:
    canvas = _named(row, row.all_marks)
    canvas.text(18, 108, row.outcome.replace("_", " "), 2, ACCENT)
    canvas.text(18, 130, "" if row.counted else "left out: no verdict", colour=SOFT)
    yield address, canvas.png((_PAPER, _INK, _SOFT, colour(row)))


def rate_card(row: Row, whole: Summary) -> bytes:
    """Return the card of a configuration: its rate, the 95% interval and of how many tasks."""
    canvas = _named(row, whole.marks)
    canvas.text(18, 108, f"{percent(whole.rate)} solved" if whole.n else "left out", 2, ACCENT)
    said = f"95% interval {span(whole.interval)}, {plural(whole.n, 'task')}" if whole.n else "no verdict"
    canvas.text(18, 130, said, colour=SOFT)
    return canvas.png((_PAPER, _INK, _SOFT, _RATE))


def _named(row: Row, marks: Sequence[str]) -> Canvas:
    canvas = Canvas()
    canvas.box(0, 0, 300, 4, ACCENT)
    canvas.text(18, 16, _cut(" · ".join((LABEL, *marks)), 44), colour=SOFT)
    canvas.text(18, 34, _cut(row.config.tui, 14), 3)
    canvas.text(18, 63, _cut(row.config.model, 44), colour=INK)
    canvas.text(18, 76, _cut(" ".join((*(f"+ {s}" for s in row.config.stack), row.further)), 44), colour=SOFT)
    canvas.box(18, 95, 264, 1, SOFT)
    return canvas


def _cut(text: str, longest: int) -> str:
    shown = visible(text)
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"
