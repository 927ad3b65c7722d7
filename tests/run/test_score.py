"""A scorer of a third party, and what it may not do."""

from __future__ import annotations

from pathlib import Path

import pytest

from cab_core.errors import CabError
from cab_core.plugins.registry import Plugins
from cab_core.records import Cell, Evidence, Score, Task
from cab_core.run.score import score
from tests.support.puppet import find_task, play

DEEP: list[object] = []
for _ in range(200):
    DEEP = [DEEP]


class Odd:
    """A scorer that returns what it is told."""

    axis = "odd"
    headline = "x"
    needs = ()

    def __init__(self, found: object) -> None:
        self.found = found

    def score(self, evidence: Evidence, scores: object) -> Score:
        """Return it."""
        return self.found  # type: ignore[return-value]


@pytest.fixture
def evidence() -> Evidence:
    """Evidence of a cell that never began."""
    task: Task = find_task("mutations/py-stock-reorder").task
    cell = Cell(sweep_id="s", tui="t", tui_version="1", model="m", task=task.id)
    return Evidence(cell=cell, task=task, outcome="cancelled", wall_ms=None)


@pytest.mark.parametrize(
    "found",
    [
        None,
        Score(axis="odd", headline="high"),  # type: ignore[arg-type]
        Score(axis="odd", headline=float("nan")),
        Score(axis="odd", values={"x": float("inf")}),
        Score(axis="odd", values={"x": 10**5000}),
        Score(axis="odd", values={"x": 1e301}),
        Score(axis="odd", values={"x": DEEP}),
        Score(axis="odd", values={"x": object()}),  # type: ignore[dict-item]
    ],
)
def test_what_cannot_be_written_is_no_score(evidence: Evidence, found: object) -> None:
    """It is refused with the axis' name, before it takes a finished cell with it."""
    with pytest.raises(CabError, match="axis odd"):
        score(evidence, [Odd(found)])


def test_a_scorer_that_returns_nothing_takes_no_cell_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cell is written, its outcome names the axis, and the sweep goes on."""
    monkeypatch.setattr(Plugins, "scorers", lambda _: [Odd(None)])
    directory, result = play(tmp_path, "call()")
    assert (result.outcome, "axis odd" in result.why) == ("infra_plugin", True)
    assert (directory / "cell.json").exists()


def test_an_odd_score_is_a_score(evidence: Evidence) -> None:
    """What the others are measured against."""
    found = Score(axis="odd", headline=1, values={"x": [None, {"y": "\ud800"}]})
    assert score(evidence, [Odd(found)]) == {"odd": found}
