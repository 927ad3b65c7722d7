"""What it takes to go on where everything is done: one file a cell is opened, and little of it is kept."""

from __future__ import annotations

import gc
import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from cab_core.plugins.protocols import StopSignal
from cab_core.run.planned import PlannedCell
from cab_core.store.cells import Store
from cab_core.sweep.recounting import Recount
from cab_core.sweep.runner import _kept, by_outcome
from cab_core.sweep.states import Done
from cab_core.sweep.work import Events
from tests.site.made import SHA, Made

CELLS = 50
_WATCH: list[Counter[str]] = []


def _heard(event: str, args: tuple[Any, ...]) -> None:
    if (
        _WATCH and event in ("open", "os.scandir") and not isinstance(args[0], int)
    ):  # a descriptor was opened before
        _WATCH[-1][f"{event} {Path(os.fsdecode(args[0])).name}"] += 1


sys.addaudithook(_heard)  # one that cannot be taken away again


@contextmanager
def watched() -> Iterator[Counter[str]]:
    """Count what is opened and listed meanwhile."""
    _WATCH.append(Counter())
    try:
        yield _WATCH[-1]
    finally:
        _WATCH.pop()


def _planned(made: Made, key: str = SHA) -> PlannedCell:
    unpriced = SimpleNamespace(price=None)
    planned = SimpleNamespace(cell=made.cell(), content_key=key, grader_key=SHA, model=unpriced)
    return cast(PlannedCell, planned)


def kept(root: Path, planned: list[PlannedCell]) -> list[Done]:
    """Return what is known of cells that are finished."""
    store, events = Store(root), Events()
    recount = Recount(store, [], StopSignal())
    return [found for each in planned if (found := _kept(each, store, events, by_outcome, recount))]


def test_one_file_of_each_finished_cell_is_opened(tmp_path: Path) -> None:
    """Its `cell.json`, once; and two directories are listed, one of them where an earlier cab kept cells."""
    cells = [Made(task=f"p/{n}") for n in range(CELLS)]
    for made in cells:
        made.write(tmp_path)
    kept(tmp_path, [_planned(cells[0])])  # imports what reads
    with watched() as seen:
        done = kept(tmp_path, [_planned(made) for made in cells])
    assert len(done) == CELLS
    opened = {what: n for what, n in seen.items() if what.startswith("open ")}
    assert opened == {"open cell.json": CELLS}
    assert sum(n for what, n in seen.items() if what.startswith("os.scandir")) == 2 * CELLS


def test_a_cell_that_was_planned_is_held_once(tmp_path: Path) -> None:
    """What was read of it shares the cell and the grader's key with the plan; no content key is kept there."""
    made = Made(options={"a": 1})
    made.write(tmp_path)
    planned = _planned(made)
    [(_, summary)] = kept(tmp_path, [planned])
    assert summary.cell is planned.cell and summary.grader_key is planned.grader_key


def test_a_file_that_speaks_of_another_cell_is_told_as_it_is(tmp_path: Path) -> None:
    """A directory that was copied from elsewhere: its name decides what it is taken for, its file what is shown."""
    made = Made(sweep="made")
    path = Made(sweep="other").write(tmp_path)
    path.rename(Store(tmp_path).begin(made.cell()).with_suffix(""))
    [(_, summary)] = kept(tmp_path, [_planned(made)])
    assert summary.cell.sweep_id == "other"


def test_a_finished_cell_takes_little_memory(tmp_path: Path) -> None:
    """A kilobyte, where the whole result has more than ten; so a hundred thousand fit."""
    import tracemalloc

    cells = [Made(task=f"p/{n}") for n in range(CELLS)]
    for made in cells:
        made.write(tmp_path)
    planned = [_planned(made) for made in cells]
    kept(tmp_path, planned)  # what is made once for all
    tracemalloc.start()
    try:
        done = kept(tmp_path, planned)
        gc.collect()  # which gives back what the interpreter keeps of freed tuples for the next ones
        taken = tracemalloc.get_traced_memory()[0] / CELLS
    finally:
        tracemalloc.stop()
    assert len(done) == CELLS and taken < 1300, taken
