"""What a run grades again before it runs anything, and what it never runs for want of a grader."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from cab_core.errors import GraderError, SandboxError
from cab_core.gateway.models import Model
from cab_core.plugins.protocols import StopSignal
from cab_core.plugins.registry import Plugins
from cab_core.records import Limits, PackedTask
from cab_core.run.kept_work import NotKept
from cab_core.run.planned import PlannedCell
from cab_core.store.cells import Store, write_result
from cab_core.sweep import regrading
from cab_core.sweep.regrading import Watch, regrade_first
from cab_core.sweep.runner import by_outcome
from cab_core.sweep.states import Done, state_of
from cab_core.testing.cells import run_planned
from tests.support.commands import python, with_commands
from tests.support.puppet import FIX, Puppet, plan_one

LAX, STRICT = python(""), python("raise SystemExit(3)")


def planned(task: PackedTask, limits: Limits | None = None) -> PlannedCell:
    """Plan a cell of the puppet."""
    model = Model(id="scripted:null", scripted="null")
    return plan_one(Puppet(FIX), task, model, Plugins().runtime("local"), limits=limits)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a cell that passed."""
    root = tmp_path_factory.mktemp("runs")
    run_planned(planned(with_commands(LAX)), root, Plugins())
    return root


def first(root: Path, cell: PlannedCell) -> tuple[list[Done], list[PlannedCell], list[str]]:
    """Grade again what can be; return what came of it, what is still to be run, and what was said."""
    said: list[str] = []
    done, todo = regrade_first([cell], Store(root), [], StopSignal(), 1, Watch(warn=said.append))
    return list(done.values()), todo, said


@pytest.mark.parametrize("trouble", [GraderError("broke"), SandboxError("no room"), ValueError("a bug")])
def test_where_the_grader_cannot_be_run_no_model_is_called(
    ran: Path, trouble: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cell has no verdict then, nothing is written, and that is said: the next command tries again."""

    def broken(*_: object) -> None:
        raise trouble

    monkeypatch.setattr(regrading, "regrade", broken)
    done, todo, said = first(ran, planned(with_commands(STRICT)))
    assert (done, todo) == ([], [])
    assert "1 cell could not be graded again, and no model is called for it" in said[-1]


def test_what_is_not_kept_is_run(ran: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the reason."""

    def lacking(*_: object) -> None:
        raise NotKept("the patch is odd")

    monkeypatch.setattr(regrading, "regrade", lacking)
    cell = planned(with_commands(STRICT))
    done, todo, said = first(ran, cell)
    assert (done, todo) == ([], [cell])
    assert said[-1] == "the kept work of 1 cell cannot be graded again: the patch is odd"


def test_one_whose_grader_broke_is_graded_and_not_run(tmp_path: Path) -> None:
    """By the same grader: what the agent did is kept, and its tokens are counted once."""
    cell = planned(with_commands(LAX))
    directory, result = run_planned(cell, tmp_path, Plugins())
    write_result(directory, attrs.evolve(result, outcome="grader_error", why="it broke"))
    state = state_of(cell, Store(tmp_path), by_outcome)
    assert (state.name, state.reasons) == ("REGRADE", ("it ended grader_error",))
    [(path, found)], todo, _ = first(tmp_path, cell)
    assert (found.outcome, todo) == ("passed", [])
    assert found.voided == () and found.spent_tokens == result.tokens.total
    assert state_of(cell, Store(tmp_path), by_outcome).directory == path


@pytest.mark.parametrize(
    ("name", "command", "limit"), [("REUSE", LAX, 30), ("REGRADE", STRICT, 30), ("RERUN", LAX, 7), ("RERUN", STRICT, 7)]
)  # fmt: skip
def test_the_part_that_changed_says_what_is_to_be_done(
    ran: Path, name: str, command: object, limit: float
) -> None:
    """The grader alone: grade again. Anything else, or both: run."""
    cell = planned(with_commands(command), Limits(wall_s=limit))  # type: ignore[arg-type]
    found = state_of(cell, Store(ran), by_outcome)
    assert found.name == name
    assert bool(found.reasons) == (name != "REUSE")
