"""The one table: a row is a line, or a block where lines would not fit; nothing is lost, and a row costs little."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cab_core.cli.fold import columns
from cab_core.cli.rows import table_lines
from cab_core.cli.text import name_line
from tests.support.work import calls_of

NAMES, TEXTS, NUMBERS = ("CLI", "task"), ("outcome", "marks"), ("tokens",)
HEADS = (*NAMES, *TEXTS, *NUMBERS)
ROWS = [
    ("aider", "mutations/py-stock-reorder", "passed", "sealed, scripted", "1,234"),
    ("aider + docs @2", "mutations/py-interval-merge", "limit_wall", "", "-"),
    ("漢字", "pack/über", "failed", "sealed", "9"),
]
CELL = st.text(max_size=8) | st.text("ab -/漢é\u0301❤\ufe0f\n\x1b\u202e", max_size=20)
SOME = st.lists(st.tuples(CELL, CELL, CELL, CELL, CELL), min_size=1, max_size=2)


def drawn(rows: list[tuple[str, ...]], width: int | None = None) -> list[str]:
    """Return the lines of a table."""
    return list(table_lines(rows, NAMES, TEXTS, NUMBERS, width))


def letters(text: str) -> str:
    """Return everything but blanks."""
    return "".join(text.split(" "))


def test_a_wide_terminal_has_a_line_for_each_row() -> None:
    """Names and texts begin below each other, numbers end so; wide letters take two columns."""
    assert drawn(ROWS) == drawn(ROWS, 200) == drawn(ROWS, 83) == [
        "CLI              task                         outcome     marks             tokens",
        "──────────────────────────────────────────────────────────────────────────────────",
        "aider            mutations/py-stock-reorder   passed      sealed, scripted   1,234",
        "aider + docs @2  mutations/py-interval-merge  limit_wall                         -",
        "漢字             pack/über                    failed      sealed                 9",
    ]  # fmt: skip


def test_a_narrow_terminal_has_a_block_for_each_row() -> None:
    """The names whole, below them what there is to say, with its heads."""
    assert drawn(ROWS, 60) == [
        "aider  mutations/py-stock-reorder",
        "    outcome passed  marks sealed, scripted  tokens 1,234",
        "aider + docs @2  mutations/py-interval-merge",
        "    outcome limit_wall  tokens -",
        "漢字  pack/über",
        "    outcome failed  marks sealed  tokens 9",
    ]


def test_the_block_of_the_page() -> None:
    """The reference shows what is printed."""
    page = (Path(__file__).parents[2] / "docs/reference/commands.md").read_text()
    row = ("aider", "scripted:oracle", "mutations/py-stock-reorder", "passed", "1,234", "12.0")
    lines = table_lines([row], ("CLI", "model", "task"), ("outcome",), ("tokens", "wall s"), 60)
    assert "```text\n" + "\n".join(lines) + "\n```" in page


def test_names_that_fit_a_line_each_are_whole() -> None:
    """They stand below each other before one of them is broken."""
    assert drawn(ROWS[:1], 28) == [
        "aider",
        "mutations/py-stock-reorder",
        "    outcome passed",
        "    marks sealed, scripted",
        "    tokens 1,234",
    ]


@settings(deadline=None)
@given(SOME, st.integers(4, 80))
def test_no_line_is_too_wide_and_every_cell_is_there(rows: list[tuple[str, ...]], width: int) -> None:
    """Whatever is in the cells, in any terminal; what a terminal would obey is shown."""
    lines = drawn(rows, width)
    assert all(columns(line) <= width for line in lines)
    whole = letters("".join(lines))
    for cell in (cell for row in rows for cell in row):
        assert letters(name_line(cell)) in whole
    assert not {unicodedata.category(c) for c in whole} & {"Cc", "Cf", "Zl", "Zp"}


@settings(deadline=None)
@given(SOME)
def test_in_a_pipe_a_row_is_a_line(rows: list[tuple[str, ...]]) -> None:
    """Each cell in it as it is, however long."""
    lines = drawn(rows)
    assert len(lines) == len(rows) + 2
    for row, line in zip(rows, lines[2:], strict=True):
        assert all(name_line(cell).rstrip(" ") in line for cell in row)


def test_an_empty_column_is_left_out() -> None:
    """Where no row has anything to say in it."""
    assert drawn([(*ROWS[0][:3], "", "1")])[0].split() == ["CLI", "task", "outcome", "tokens"]
    assert drawn([("aider", "", "passed", "", "1")])[0].split() == ["CLI", "outcome", "tokens"]
    assert drawn([("aider", "", "passed", "", "1")], 16)[0] == "aider"


@pytest.mark.parametrize(("width", "most"), [(None, 12), (60, 16)])
def test_a_row_costs_little(width: int | None, most: int) -> None:
    """Some ten calls for each of its cells, as a line and as a block."""
    rows = [("aider", "pack/one", "passed", "sealed", f"{n}") for n in range(1000)]
    assert len(drawn(rows, width)) >= 1000
    assert calls_of(lambda: drawn(rows, width)) < 1000 * len(HEADS) * most
