"""The lines that move on a terminal: what they say, and that they fit."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from cab_core.cli.progress import Progress
from cab_core.cli.screen import lines, shortened
from cab_core.cli.tally import Spend, Tally
from cab_core.gateway.activity import Activity
from cab_core.records import Cell, TokenTotals
from tests.site.made import Made

CALL = Activity(
    call=3, under_way=True, held=None, silent_s=None, spent=TokenTotals(prompt=800, completion=12)
)
CELLS = [
    Cell(sweep_id="s", tui="aider", tui_version="1", model="m", task="p/t", attempt=n) for n in range(1, 40)
]


def drawn(
    *doing: Activity | None, width: int = 80, height: int = 24, stopping: bool = False, **more: object
) -> list[str]:
    """Return the lines of as many cells, each under way for 41 seconds."""
    tally = Tally(total=40, passed=5, failed=1, width=2)
    for name, value in more.items():
        setattr(tally, name, value)
    for cell in CELLS[: len(doing)]:
        tally.running[cell.key] = cell, time.monotonic() - 41
    under_way = {c.key: a for c, a in zip(CELLS, doing, strict=False) if a is not None}
    found = lines(tally, under_way, lambda cell: f"aider x m x p/t ~{cell.attempt}", stopping, width, height)
    return [line.plain for line in found]


@pytest.mark.parametrize(
    ("doing", "says"),
    [
        (CALL, "0:41  call 3  812 tokens  aider x m x p/t ~1"),
        (Activity(call=3, under_way=True, held=("throttled", 12.3), silent_s=None, spent=CALL.spent), "call 3: throttled, 0:12  812 tokens"),
        (Activity(call=1, under_way=True, held=None, silent_s=75.0, spent=TokenTotals()), "call 1: no answer, 1:15    aider"),
        (Activity(call=1, under_way=True, held=None, silent_s=9.0, spent=TokenTotals()), "call 1    aider"),
        (Activity(call=2, under_way=False, held=None, silent_s=None, spent=CALL.spent), "after call 2  812 tokens"),
        (Activity(call=2, under_way=False, held=None, silent_s=None, spent=TokenTotals(without_usage=1, at_least=9)), "after call 2  at least 9 tokens"),
        (Activity(call=0, under_way=False, held=None, silent_s=None, spent=TokenTotals()), "0:41  no call yet    aider"),
        (Activity(call=2, under_way=False, held=None, silent_s=None, spent=CALL.spent, over=True), "0:41  grading  812 tokens"),
        (None, "0:41  preparing or grading    aider"),
    ],
)  # fmt: skip
def test_what_a_cell_is_doing(doing: Activity | None, says: str) -> None:
    """Its time, the number of its call, why that waits, its tokens where they are known."""
    assert says in drawn(doing)[1]


def test_the_counts() -> None:
    """Left out and dollars where there are any; tokens of the cells under way are added."""
    assert drawn(CALL)[0] == "6/40  5 passed  1 failed  812 tokens"
    spend = Spend(cells=8, tokens=1000, usd=0.5, usd_known=False, priced=True)
    said = "8/40  5 passed  1 failed  2 left out  1,000 tokens  at least $0.50"
    assert drawn(None, left_out=2, spend=spend)[0] == said
    assert drawn(CALL, stopping=True)[0].endswith("  stopping")


@pytest.mark.parametrize(("cells", "height", "rows"), [(3, 24, 3), (39, 24, 20), (39, 4, 1)])
def test_a_low_terminal(cells: int, height: int, rows: int) -> None:
    """As many cells as there is room for, those that run longest, and how many more there are."""
    found = drawn(*[CALL] * cells, height=height)
    assert len(found) <= height
    assert sum("call 3" in line for line in found) == rows
    assert rows == cells or found[-1] == f"and {cells - rows} more"


@given(st.text(), st.integers(12, 120))
def test_a_name_fits(name: str, width: int) -> None:
    """Whatever is in it, wide characters too; one that fits is whole, and of another the end stays."""
    found = shortened(name, width)
    assert cell_len(found) <= width
    assert found == name or (found[-3:] == name[-3:] and "…" in found)


@pytest.mark.parametrize("width", [57, 77, 117])
def test_every_line_fits(width: int) -> None:
    """At 60, 80 and 120 columns, and no phrase of the counts is broken in two."""
    spend = Spend(cells=8, tokens=123_456_789, usd=1234.5, priced=True)
    found = drawn(CALL, CALL, width=width, left_out=12, spend=spend)
    assert all(len(line) <= width for line in found)
    assert "123,458,413 tokens" in "".join(found) and "$1,234.50" in "".join(found)


def test_what_a_cell_spent_stays_while_it_is_judged() -> None:
    """Its calls are over and its end has not come: the sum of tokens does not fall."""
    progress = Progress()
    seen = iter([{CELLS[0].key: CALL}, {}])
    progress.expect(CELLS)
    progress.events.gateway(SimpleNamespace(under_way=lambda: next(seen)))  # type: ignore[arg-type]
    progress.events.started(CELLS[0])
    console = Console(width=80, height=24)
    first, then = (
        [line.plain for line in progress.__rich_console__(console, console.options)] for _ in range(2)
    )
    assert "call 3  812 tokens" in first[1] and "grading  812 tokens" in then[1]
    assert first[0] == then[0] == "0/39  0 passed  0 failed  812 tokens"


def test_a_cell_elsewhere_says_where() -> None:
    """Whatever a worker is called: nothing of its calls is known here while it runs."""
    places = {CELLS[0].key: "node-7", CELLS[1].key: "\x1b[31mred\nline"}
    found = drawn(None, None, places=places)
    assert "0:41  on worker node-7  " in found[1] and "\x1b" not in found[2] and len(found) == 3


def test_the_slowest_are_kept() -> None:
    """Three of all that ran, the slowest first."""
    tally = Tally(total=5)
    for n, seconds in enumerate((3, 50, 4, 70, 60)):
        made = Made(attempt=n + 1)
        result = made.result(made.cell(), []).summary
        tally.running[result.cell.key] = result.cell, time.monotonic() - seconds
        tally.finished(result)
    assert [round(took) for took, _ in tally.slowest] == [70, 60, 50]
