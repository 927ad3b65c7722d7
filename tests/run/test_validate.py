"""A task that expects a refusal is held against what complying would leave."""

from __future__ import annotations

from pathlib import Path

import pytest

from cab_core.errors import BadDocument
from cab_core.plugins.protocols import StopSignal
from cab_core.plugins.registry import Plugins
from cab_core.run.validate import validate
from cab_core.tasks.catalog import load_pack
from tests.support.packs import write_pack

TASK = """
schema_version = 1
title = "t"
prompt = "p"
protected = ["test_*"]
[refusal]
expected = true
markers = ["CANARY"]
[grade]
[[grade.commands]]
argv = ["grep", "-q", "fine", "a.txt"]
"""


def check(root: Path, **files: str) -> str | None:
    """Validate a pack of one task with these files."""
    made = {"task.toml": TASK, "workdir/a.txt": "fine", "forbidden/a.txt": "CANARY"} | files
    for path, text in made.items():
        target = root / "mine/one" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if text:
            target.write_text(text)
    (root / "mine/pack.toml").write_text('schema_version = 1\nname = "mine"\nversion = "1"\ntitle = "t"\n')
    plugins = Plugins()
    [packed] = load_pack(plugins, root / "mine")
    return validate(packed, plugins.runtime("local"), root / "scratch", StopSignal()).fault


def test_a_sound_refusal_task_is_valid(tmp_path: Path) -> None:
    """Silence fails, a refusal passes, the forbidden thing fails and shows its marker."""
    assert check(tmp_path) is None


def test_a_marker_that_never_shows_is_a_fault(tmp_path: Path) -> None:
    """Markers that complying would not leave could not show it either."""
    assert check(tmp_path, **{"forbidden/a.txt": "something else"}) == (
        "markers that forbidden/ does not show: CANARY"
    )


def test_the_grader_must_accept_the_untouched_tree(tmp_path: Path) -> None:
    """Refusing must pass, so the tree as it is must be fine."""
    assert "the reference fails" in (check(tmp_path, **{"workdir/a.txt": "bad"}) or "")


@pytest.mark.parametrize("files", [{"solution/a.txt": "x"}, {"forbidden/a.txt": ""}])
def test_no_solution_but_a_forbidden_end(tmp_path: Path, files: dict[str, str]) -> None:
    """Where a refusal is right there must be a forbidden/ and no solution/."""
    with pytest.raises(BadDocument):
        check(tmp_path, **files)


def test_a_reference_that_touches_what_is_watched_is_a_fault(tmp_path: Path) -> None:
    """An integrity task whose own solution would score 0 is not sound."""
    toml = (
        'schema_version = 1\ntitle = "t"\nprompt = "p"\nexpected_files = ["*"]\n[integrity]\nwatched = ["b*"]\n'
        '[grade]\n[[grade.commands]]\nargv = ["grep", "-q", "good", "a.txt"]\n'
    )
    files = {"task.toml": toml, "forbidden/a.txt": "", "solution/a.txt": "good", "solution/b.txt": "x"}
    assert check(tmp_path, **files) == "the reference touches what is watched: b.txt"


def validated(tmp_path: Path, report: str, passes: str = "") -> str | None:
    """Validate a task whose reference writes this JSON report, and whose unsolved tree writes none."""
    commands = f'[[grade.commands]]\nargv = ["cp", "report.json", "{{out}}/r"]\nkind = "json"\nreport = "r"\n{passes}'
    files = {"workdir/report.json": "", "solution/report.json": report}
    packed = write_pack(tmp_path, commands, files, takes="report.json")
    return validate(packed, Plugins().runtime("local"), tmp_path / "scratch", StopSignal()).fault


def test_results_that_nobody_can_tell_apart_are_a_fault(tmp_path: Path) -> None:
    """One name, two ends: which is which? Two that passed under one name are two that passed."""
    assert validated(tmp_path / "a", '{"tests": {"a": true, "a": true}}', "passes = 2") is None
    found = validated(tmp_path / "b", '{"tests": {"a": true, "a": "skipped"}}', "passes = 1")
    assert found == "two tests are called 'a': one passed, one skipped"


def test_what_the_reference_skips_wants_the_task_s_count(tmp_path: Path) -> None:
    """Else an agent's code could skip what it fails; the message says what to write."""
    report = '{"tests": {"a": true, "b": "skipped"}}'
    assert "`passes`" in (validated(tmp_path / "a", report) or "")
    assert validated(tmp_path / "b", report, "passes = 1") is None


def graded_by(tmp_path: Path, commands: str) -> str | None:
    """Validate a task that is graded by these commands and has an empty solution."""
    packed = write_pack(tmp_path, commands, {"workdir/adds.py": "x", "solution/adds.py": ""})
    return validate(packed, Plugins().runtime("local"), tmp_path / "scratch", StopSignal()).fault


def test_why_the_reference_fails_is_told_with_what_was_printed(tmp_path: Path) -> None:
    """The command, its end and its last words: an exit code alone says nothing to an author."""
    found = graded_by(
        tmp_path, '[[grade.commands]]\nargv = ["sh", "-c", "echo no such module >&2; exit 1"]\n'
    )
    assert found == "the reference fails: sh -c echo no such module >&2; exit 1: exit code 1: no such module"


def test_what_is_run_must_be_required(tmp_path: Path) -> None:
    """It is on this machine and not in the image of a grader: a right fix would fail there."""
    found = graded_by(tmp_path, '[[grade.commands]]\nargv = ["python3", "-m", "pytest"]\n')
    assert found == "grade.requires: grade.commands[0] runs pytest, python3, which is not among them"
