"""Why cells are run anew: one line for cells of the same reasons, with the right number."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import attrs
import pytest

from cab_core.records import to_json
from cab_core.run.planned import PlannedCell
from cab_core.store.cells import Store, write_json
from cab_core.sweep.anew import why_anew
from tests.run.test_inputs import plan
from tests.site.made import Made


def ran(root: Path, made: Made, former: bool = False, **changed: Any) -> PlannedCell:
    """Write a finished cell, and return the same as it is planned now: with these leaves changed, and a new key."""
    path = made.write_former(root) if former else made.write(root)
    before = to_json(plan().inputs)
    write_json(path / "inputs.json", before)
    if former:
        (path / "inputs.json").unlink()
    now = SimpleNamespace(keyed={**before, **changed})
    planned = SimpleNamespace(cell=made.cell(), content_key="new", grader_key="new", inputs=now)
    return cast(PlannedCell, planned)


def said(root: Path, todo: Sequence[PlannedCell]) -> list[str]:
    """Return the sentences."""
    return why_anew(todo, Store(root))


LIMITS = to_json(plan().inputs)["limits"]


def test_a_cell_of_several_reasons_is_one_line(tmp_path: Path) -> None:
    """It is one cell."""
    todo = [ran(tmp_path, Made(), attempt=2, limits={**LIMITS, "usd": 2.5, "calls": 7})]
    [line] = said(tmp_path, todo)
    assert line == (
        "1 cell is run anew: attempt was 1, is 2; limits.calls was 10000, is 7; limits.usd was 5.0, is 2.5"
    )


def test_of_many_reasons_some_are_said(tmp_path: Path) -> None:
    """And how many there are besides."""
    todo = [ran(tmp_path, Made(), attempt=2, cab="9", options={"a": 1, "b": 2, "c": 3})]
    [line] = said(tmp_path, todo)
    assert line.startswith("1 cell is run anew: attempt was 1, is 2; ") and line.endswith("; and 3 more")


def test_cells_of_the_same_reasons_are_counted_together(tmp_path: Path) -> None:
    """Others apart, the most frequent first; the numbers are those of the cells."""
    todo = [ran(tmp_path, Made(task=f"p/{i}"), attempt=2, cab="9") for i in range(3)]
    todo += [ran(tmp_path, Made(task="p/x"), attempt=2)]
    lines = said(tmp_path, todo)
    assert [line[:20] for line in lines] == ["3 cells are run anew", "1 cell is run anew: "]
    assert lines[0].count(";") == 1


@pytest.mark.parametrize("n", [8, 9, 11])
def test_all_cells_are_counted(tmp_path: Path, n: int) -> None:
    """Those too whose reasons are not said."""
    lines = said(tmp_path, [ran(tmp_path, Made(task=f"p/{i}"), attempt=2 + i) for i in range(n)])
    assert sum(int(line.split()[0]) for line in lines) == n
    assert (lines[-1] == f"{n - 8} cell{'s are' if n > 9 else ' is'} run anew for other reasons") == (n > 8)


def test_a_cell_without_a_record_is_it(tmp_path: Path) -> None:
    """An earlier cab ran it, and kept nothing."""
    assert said(tmp_path, [ran(tmp_path, Made(), former=True)]) == [
        "1 cell is run anew: an earlier cab ran it, which kept no record of its inputs"
    ]


@pytest.mark.parametrize("other", [{"version": "2"}, {"runtime": "docker"}, {"options": {"x": 1}}])
def test_two_that_shared_a_directory_are_both_counted(tmp_path: Path, other: dict[str, Any]) -> None:
    """In the layout of an earlier cab."""
    todo = [ran(tmp_path, attrs.evolve(Made(), **changed), former=True) for changed in ({}, other)]
    assert said(tmp_path, todo) == [
        "2 cells are run anew: an earlier cab ran them, which kept no record of their inputs"
    ]


def test_one_that_was_never_run_is_not_run_anew(tmp_path: Path) -> None:
    """Though another version of it was, in the directory that they would have shared."""
    ran(tmp_path, Made(), former=True)
    planned = SimpleNamespace(cell=Made(version="2").cell(), content_key="new", grader_key="new", inputs={})
    assert said(tmp_path, [cast(PlannedCell, planned)]) == []
