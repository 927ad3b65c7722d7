"""What `cab run` prints at its end: a row for each cell, or for each configuration where they are many."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from cab_core.cli import run
from cab_core.cli.ending import print_end
from cab_core.cli.session import Ended
from cab_core.cli.tally import Tally
from cab_core.records import Cell
from tests.site.made import Made


def printed(capsys: pytest.CaptureFixture[str], cells: int, **more: Any) -> str:
    """Return what is printed after a run of so many cells."""
    made = [Made(task=f"mutations/task-{n:03}", **more) for n in range(cells)]
    results = [(Path("x"), m.result(m.cell(), []).summary) for m in made]
    ended = SimpleNamespace(results=results, plan=SimpleNamespace(sweep=SimpleNamespace(sweep_id="my sweep")))
    run._print_end(cast(Ended, ended), Tally(total=cells, passed=cells), Path("my runs"))
    text, _, counts = capsys.readouterr().out.rpartition(f"{cells} cells: ")
    assert counts.startswith(f"{cells} passed")
    return text


def test_some_cells_have_a_row_each(capsys: pytest.CaptureFixture[str]) -> None:
    """Two hundred do."""
    text = printed(capsys, 200)
    assert text.count("mutations/task-") == 200 and "a row for each" not in text


def test_where_none_was_run_anew_there_are_no_tokens(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing was measured, which is not 0; a cell that ran says what it took."""
    made = Made()
    before, ran = Tally(total=1), Tally(total=2)
    for tally in (before, ran):
        tally.kept(made.result(made.cell(), []).summary)
    ran.finished(Made(task="p/other", tokens=40).result(Made(task="p/other").cell(), []).summary)
    print_end([], before)
    print_end([], ran)
    assert capsys.readouterr().out.splitlines()[:1] == ["1 cell: 1 passed, 0 failed, none run anew."]
    print_end([], ran)
    assert " tokens." in capsys.readouterr().out


def test_many_cells_are_summed_up(capsys: pytest.CaptureFixture[str]) -> None:
    """A row for the configuration with its rate, and the command that prints all, for a shell."""
    text = printed(capsys, 201)
    assert "mutations/task-" not in text and "201/201" in text
    assert text.endswith("cab results --runs 'my runs' --sweep-id 'my sweep'\n")


def test_that_command_takes_scripted_cells_in_where_there_are_some(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Else it would leave them out."""
    text = printed(capsys, 201, model="scripted:null", marks=("scripted",))
    assert text.endswith(" --scripted\n")


def test_a_run_without_a_cell_prints_no_table(capsys: pytest.CaptureFixture[str]) -> None:
    """Such as one that was interrupted at its beginning."""
    assert printed(capsys, 0) == ""


@pytest.mark.parametrize(("cells", "said"), [(10, ""), (11, "The slowest:\n  1:01:05  s/aider/m/p/t\n")])
def test_the_slowest_are_named_where_they_would_be_overlooked(
    capsys: pytest.CaptureFixture[str], cells: int, said: str
) -> None:
    """Of more than ten cells, with their time."""
    cell = Cell(sweep_id="s", tui="aider", tui_version="1", model="m", task="p/t")
    print_end([], Tally(total=cells, slowest=[(3665.0, cell)]))
    assert capsys.readouterr().out.partition("not run.\n")[2] == said
