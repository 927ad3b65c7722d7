"""The rows of a large table look as rich would print them, and cost little."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.text import Text

from cab_core.cli.rows import column_widths, lines, rule
from cab_core.cli.table import table
from tests.support.work import calls_of

HEAD = ("CLI", "task", "outcome", "marks", "tokens")
ROWS = (
    ("aider", "pack/one", "passed", "sealed\nscripted", "1,234"),
    ("aider + docs @2", "pack/" + "long-name-" * 5, "limit_wall", "", "-"),
    ("漢字", "pack/über", "failed", "sealed", "9"),
)
RIGHT, FOLDED = (4,), (0, 1)


def ours(width: int) -> str:
    """Return what we print."""
    widths = column_widths(HEAD, ROWS, FOLDED, width)
    assert widths is not None
    [top] = lines([HEAD], widths, RIGHT)
    said = [" " * len(top), top, rule(widths, False), *lines(ROWS, widths, RIGHT), " " * len(top)]
    return "".join(f"{line.rstrip()}\n" for line in said)


def richs(width: int) -> str:
    """Return what rich prints of the same."""
    made = table(HEAD[:4], HEAD[4:])
    for column in made.columns[2:4]:
        column.no_wrap = True
    for row in ROWS:
        made.add_row(*map(Text, row))
    console = Console(file=io.StringIO(), width=width)
    console.print(made)
    printed: str = console.file.getvalue()  # type: ignore[attr-defined]
    return "".join(f"{line.rstrip()}\n" for line in printed.splitlines())


@pytest.mark.parametrize("width", [200, 110, 96])
def test_a_table_is_what_rich_would_print(width: int) -> None:
    """With names that fit, with one that is folded, with letters two columns wide."""
    assert ours(width) == richs(width)


def test_what_is_never_folded_stays_whole() -> None:
    """A table in too little room for its figures is not made: another way has to be found."""
    assert column_widths(HEAD, ROWS, FOLDED, 64) is not None
    assert column_widths(HEAD, ROWS, FOLDED, 63) is None


def test_the_width_is_kept() -> None:
    """No line is longer than the room."""
    assert max(map(len, ours(70).splitlines())) <= 70


def test_a_row_costs_little() -> None:
    """A row of names that were seen before is some ten calls for each of its cells."""
    rows = [("aider", "pack/one", "passed", "sealed", f"{n}") for n in range(1000)]
    widths = column_widths(HEAD, rows, FOLDED, 120)
    assert widths is not None
    assert calls_of(lambda: list(lines(rows, widths, RIGHT))) < 1000 * len(HEAD) * 12
