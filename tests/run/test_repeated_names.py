"""Two tests of one name, from an agent's edit to the verdict: the first one's failure counts."""

from __future__ import annotations

from pathlib import Path

from cab_core.plugins.protocols import StopSignal
from cab_core.plugins.registry import Plugins
from cab_core.records import Grade
from cab_core.run.validate import validate
from cab_core.store.cells import read_json
from tests.support.puppet import play
from tests.support.repeated import FIX, repeated_names


def test_the_untouched_tree_fails_and_the_reference_passes(tmp_path: Path) -> None:
    """Where results were kept by name, the untouched tree passed."""
    task, place = repeated_names(tmp_path), Plugins().runtime("local")
    assert validate(task, place, tmp_path / "scratch", StopSignal()).fault is None


def test_a_cell_says_which_of_the_two_failed(tmp_path: Path) -> None:
    """The whole way, in runtime `local`: no fix fails by one of two, the fix passes both."""
    task = repeated_names(tmp_path)
    directory, result = play(tmp_path / "runs", "call()", task=task)
    assert (result.outcome, result.why) == ("failed", "1 of 2 tests failed")
    [command] = read_json(directory / "grade.json", Grade).commands
    assert [(t.name, t.state) for t in command.tests or ()] == [("::adds", "failed"), ("::adds", "passed")]
    _, result = play(tmp_path / "runs", FIX, task=task)
    assert (result.outcome, result.marks) == (
        "passed",
        ("scripted", "provisional", "in-process", "unvalidated"),
    )
