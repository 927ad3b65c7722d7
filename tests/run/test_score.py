"""A scorer of a third party, and what it may not do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import pytest

from cab_core.errors import PluginCrash
from cab_core.plugins.boundary import guarded
from cab_core.plugins.registry import Plugins
from cab_core.records import Cell, Evidence, Score, Task
from cab_core.run.rescore import rescored
from cab_core.run.score import score
from cab_core.store.cells import read_evidence
from tests.support.puppet import FIX, find_task, play

DEEP: list[object] = []
for _ in range(200):
    DEEP = [DEEP]


class Odd:
    """A scorer that returns what it is told, or raises it."""

    def __init__(self, found: object, axis: str = "odd", needs: tuple[str, ...] = ()) -> None:
        self.found, self.axis, self.needs = found, axis, needs

    def score(self, evidence: Evidence, scores: object) -> Score:
        """Return it."""
        if isinstance(self.found, BaseException):
            raise self.found
        return self.found  # type: ignore[return-value]


def behind(odd: Odd) -> Any:
    """Return a scorer as the registry hands it out."""
    return guarded(odd, "scorer", "tests:odd", f"axis {odd.axis!r}")


@pytest.fixture
def evidence() -> Evidence:
    """Evidence of a cell that never began."""
    task: Task = find_task("mutations/py-stock-reorder").task
    cell = Cell(sweep_id="s", tui="t", tui_version="1", model="m", task=task.id)
    return Evidence(cell=cell, task=task, outcome="cancelled", wall_ms=None)


GOOD = Odd(Score(axis="good", headline=1.0), "good")


@pytest.mark.parametrize(
    "found",
    [
        None,
        {"axis": "odd"},
        Score(axis="other"),
        Score(axis="odd", headline="high"),  # type: ignore[arg-type]
        Score(axis="odd", headline=True),
        Score(axis="odd", headline=float("nan")),
        Score(axis="odd", values={"x": float("inf")}),
        Score(axis="odd", values={"x": 10**5000}),
        Score(axis="odd", values={"x": 1e301}),
        Score(axis="odd", values={"x": DEEP}),
        Score(axis="odd", values={"x": object()}),
        Score(axis="odd", values={1: "x"}),  # type: ignore[dict-item]
        ValueError("no"),
        SystemExit(1),
        GeneratorExit(),
        PluginCrash("mine"),
        RecursionError(),
    ],
)
def test_what_is_no_score_costs_its_axis_alone(evidence: Evidence, found: object) -> None:
    """The other axes are there; one that needs it is unknown too; each with its reason."""
    scorers = [behind(Odd(found)), behind(GOOD), behind(Odd(Score(axis="late"), "late", ("odd",)))]
    scored = score(evidence, scorers)
    assert list(scored.scores) == ["good"] and list(scored.unscored) == ["odd", "late"]
    assert scored.unscored["late"] == "it needs odd, which is unknown"
    if not isinstance(found, PluginCrash):
        assert "plugin tests:odd: axis 'odd': score() r" in scored.unscored["odd"]
        assert "test_score.py:" in scored.unscored["odd"]


def test_a_scorer_that_raises_takes_no_cell_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The outcome is the cell's own; the axis is unknown with its reason; rescoring with one that works has it."""
    monkeypatch.setattr(Plugins, "scorers", lambda *_: [behind(Odd(KeyError("x"))), behind(GOOD)])
    directory, result = play(tmp_path, FIX)
    assert (result.outcome, list(result.scores)) == ("passed", ["good"])
    assert "axis 'odd': score() raised KeyError: 'x' (at " in result.unscored["odd"]
    read, seen = read_evidence(directory)
    assert read == result
    mended = rescored(read, seen, [behind(Odd(Score(axis="odd", headline=2)))])
    assert (mended.outcome, mended.unscored) == ("passed", {})
    assert {a: s.headline for a, s in mended.scores.items()} == {"good": 1, "odd": 2}
    # A scorer that fails now takes nothing away from what is there, and that is told.
    told: list[tuple[str, str]] = []
    again = rescored(
        mended, seen, [behind(Odd(KeyError("y"))), behind(GOOD)], lambda *said: told.append(said)
    )
    assert again == mended
    assert [axis for axis, _ in told] == ["odd"] and "raised KeyError: 'y'" in told[0][1]


def test_a_cell_that_an_earlier_cab_called_void_has_its_outcome_back(tmp_path: Path) -> None:
    """It was `infra_plugin` because a scorer had raised; what was recorded says how it ended."""
    directory, result = play(tmp_path, FIX)
    why = "plugin axis odd raised KeyError: 'x'"
    void = attrs.evolve(result, outcome="infra_plugin", why=why, scores={})
    mended = rescored(void, read_evidence(directory)[1], Plugins().scorers())
    assert (mended.outcome, mended.why, mended.scores) == (result.outcome, result.why, result.scores)
    assert mended.rescored is not None and mended.rescored.outcome == "infra_plugin"
    assert mended.all_marks == (*result.all_marks, "rescored")


def test_what_the_run_itself_had_said_is_kept(tmp_path: Path) -> None:
    """Where a scorer comes to another figure, however often; not where it comes back to the first."""
    directory, result = play(tmp_path, FIX)
    seen = read_evidence(directory)[1]
    first = attrs.evolve(result, scores=score(seen, [behind(GOOD)]).scores, unscored={})
    assert rescored(first, seen, [behind(GOOD)]) == first
    found = first
    for headline in (0.5, 0.5, 0.25):
        found = rescored(found, seen, [behind(Odd(Score(axis="good", headline=headline), "good"))])
        assert found.rescored is not None
        assert (found.rescored.outcome, found.rescored.headlines) == ("passed", {"good": 1})
    assert rescored(found, seen, [behind(GOOD)]).rescored is None
    assert rescored(attrs.evolve(first, scores={}), seen, [behind(GOOD)]).rescored is None


def test_an_odd_score_is_a_score(evidence: Evidence) -> None:
    """What the others are measured against."""
    found = Score(axis="odd", headline=1, values={"x": [None, {"y": "\ud800"}]})
    assert score(evidence, [behind(Odd(found))]).scores == {"odd": found}
