"""A comparison as one table in Markdown, fit for a comment below a pull request."""

from __future__ import annotations

import re

from cab_core.records import axis_name
from cab_core.stats import ESTIMANDS, decimal, probability

from .compared import Compared, between, change, figure, label, left_out
from .comparison import AXES_NOTE, picked_out
from .comparison_margin import margin_text
from .comparison_notes import marks_of
from .summaries import WEAK, interval_text, rate_text
from .text import name_line

_LISTED = 10  # flipped tasks
_HEADS = ("", "A", "B", "change", "95% interval", "p", "verdict", "tasks")


def as_markdown(compared: Compared) -> str:
    """Return the table with what a reader must know of it. Names of cells are code: they format nothing."""
    found = compared.found
    lines = [
        f"**{compared.verdict}**",
        "",
        f"A: {code(str(compared.sides.a))}, B: {code(str(compared.sides.b))}",
        "",
        *_table(compared),
        "",
    ]
    if not found.tasks:
        lines.append("No task has a verdict on both sides: there is nothing to compare.")
    else:
        lines += [f"Margin of {told}."] if (told := margin_text(found)) else []
        lines += [compared.could_see, *filter(None, [compared.lacks]), ESTIMANDS[found.on]]
        lines += [WEAK.replace("*", "\\*")] if found.interval and found.interval.weak else []
        lines += [picked_out(compared)] if compared.possible > 1 else []
        lines += [AXES_NOTE] if compared.axes else []
        lines += _flips(compared)
    lines += _notes(compared)
    return "\n".join(lines) + "\n"


def _table(compared: Compared) -> list[str]:
    found = compared.found
    rows = [
        (
            label("pass_rate"),
            rate_text(found.rate_a),
            rate_text(found.rate_b),
            rate_text(found.difference, signed=True),
            interval_text(found.interval, signed=True).replace("*", "\\*"),
            probability(float(found.p)),
            f"**{compared.short_verdict}**",
            str(found.tasks),
        )
    ]
    for one in compared.axes:
        p = "-" if one.p_held is None else probability(one.p_held)
        values = (figure(one.axis, one.a), figure(one.axis, one.b), change(one), between(one), p)
        rows.append(
            (
                code(axis_name(label(one.axis), one.unit), in_table=True),
                *values,
                compared.axis_verdict(one),
                str(one.tasks),
            )
        )
    return [_row(_HEADS), _row("---" for _ in _HEADS), *map(_row, rows)]


def _row(cells: object) -> str:
    return f"| {' | '.join(cells)} |"  # type: ignore[arg-type]


def _flips(compared: Compared) -> list[str]:
    flipped = compared.found.flipped
    if not flipped:
        return ["Both sides agree on every pair."]
    shown = [
        f"{code(' '.join(p.unit[:1]))} ({decimal(float(p.a.rate), 2)}, {decimal(float(p.b.rate), 2)})"
        for p in flipped[:_LISTED]
    ]
    more = f", and {len(flipped) - _LISTED} more" if len(flipped) > _LISTED else ""
    return ["", f"Flipped, with the rates of A and B: {', '.join(shown)}{more}."]


def _notes(compared: Compared) -> list[str]:
    """Return the marks of the cells and what has no verdict: a table without them says too much."""
    found = [*left_out(compared), *marks_of(compared.halves)]
    return ["", *found] if found else []


def code(text: str, in_table: bool = False) -> str:
    """Return a text as code, which formats, links and mentions nothing.

    What delimits it is longer than any row of backticks in it (CommonMark 0.31, 6.1); a table's bar is
    escaped.
    """
    shown = name_line(text)
    if in_table:
        shown = shown.replace("|", "\\|")
    longest = max(map(len, re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    blank = " " if longest else ""
    return f"{fence}{blank}{shown}{blank}{fence}" if shown.strip() else "-"
