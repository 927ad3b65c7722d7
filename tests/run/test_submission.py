"""What is taken from an agent, where its paths and the task's own stand in each other's way."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import attrs
import pytest

from cab_core.records import PackedTask, TaskFile
from cab_core.run import submission as module
from cab_core.run.submission import Submission, assemble
from cab_core.workdir.compare import compare
from cab_core.workdir.manifest import take_manifest
from cab_core.workdir.materialise import materialise
from tests.support.puppet import find_task


def taken(
    tmp_path: Path, edit: Callable[[Path], object], tree: str = "tree", **doc: tuple[str, ...]
) -> Submission:
    """Take what `edit` made of a task's work dir, which the task takes by pattern."""
    task: PackedTask = find_task("mutations/rust-error-negated")
    own = attrs.evolve(task.task.doc, **{"expected_files": ("*",), "protected_regions": (), **doc})
    task = attrs.evolve(task, task=attrs.evolve(task.task, doc=own))
    work = tmp_path / "work"
    materialise(task.section("workdir"), work)
    before = take_manifest(work)
    edit(work)
    return assemble(task, compare(before, take_manifest(work)), work, tmp_path / tree)


def replace_directory(work: Path) -> None:
    """Put a file where a directory of the task was."""
    (work / "src/lib.rs").unlink()
    (work / "src").rmdir()
    (work / "src").write_text("mine")


def test_a_file_may_take_the_place_of_a_directory(tmp_path: Path) -> None:
    """It is a change like any other."""
    found = taken(tmp_path, replace_directory)
    assert (tmp_path / "tree/src").read_text() == "mine" and not found.refused


def test_what_is_protected_keeps_its_place(tmp_path: Path) -> None:
    """A directory where a protected file stood: what is in it is refused, and nothing breaks."""

    def edit(work: Path) -> None:
        (work / "src/lib.rs").unlink()
        (work / "src/lib.rs").mkdir()
        (work / "src/lib.rs/x.py").touch()

    found = taken(tmp_path, edit, protected=("src/lib.rs",))
    assert (tmp_path / "tree/src/lib.rs").is_file()
    assert "cannot be laid over" in found.refused["src/lib.rs/x.py"]


def test_a_path_too_long_for_the_grader_is_refused(tmp_path: Path) -> None:
    """A path may fit below the work dir and not below the tree: that voids no failure."""

    def edit(work: Path) -> None:
        path = work
        while len(str(path)) < 3800:
            path = path / ("d" * 200)
        path.mkdir(parents=True)
        (path / ("e" * (4090 - len(str(path))))[:250]).touch()

    found = taken(tmp_path, edit, tree="a" * 250 + "/" + "b" * 200)
    [reason] = found.refused.values()
    assert "too long a path" in reason


def test_there_is_a_limit_on_all_that_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many files, each small enough, do not fill the grader's disk."""
    monkeypatch.setattr(module, "_MOST", 100)

    def edit(work: Path) -> None:
        for name in "abc":
            (work / name).write_text("x" * 40)

    found = taken(tmp_path, edit)
    assert list(found.refused) == ["c"] and sorted(found.taken) == ["a", "b"]


def test_what_is_not_taken_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Junk that is refused leaves the whole budget to the fix."""
    monkeypatch.setattr(module, "_MOST", 100)

    def edit(work: Path) -> None:
        (work / "a.bin").write_text("x" * 90)
        (work / "src/lib.rs").write_text("y" * 90)

    found = taken(tmp_path, edit, expected_files=("src/lib.rs",))
    assert (found.taken, list(found.refused)) == (["src/lib.rs"], ["a.bin"])
    assert "not among the files" in found.refused["a.bin"]


def test_what_is_allowed_costs_what_is_expected_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has a budget of its own."""
    monkeypatch.setattr(module, "_MOST", 100)

    def edit(work: Path) -> None:
        for name in "abc":
            (work / name).write_text("x" * 40)
        (work / "src/lib.rs").write_text("y" * 90)

    found = taken(tmp_path, edit, expected_files=("src/*",), allowed_files=("*",))
    assert set(found.taken) == {"a", "b", "src/lib.rs"} and list(found.refused) == ["c"]


def test_a_hidden_file_is_what_is_graded(tmp_path: Path) -> None:
    """What the agent left under its name, or in the place of its directory, is not taken."""
    task = find_task("mutations/rust-error-negated")
    own = attrs.evolve(task.task.doc, expected_files=("*",), protected_regions=())
    source = tmp_path / "source"
    source.write_text("hidden")
    hidden = [
        TaskFile(section="hidden", path=p, source=str(source), sha256=sha256(b"hidden").hexdigest())
        for p in ("tests/[a].rs", "more/b.rs")
    ]
    task = attrs.evolve(task, task=attrs.evolve(task.task, doc=own), files=(*task.files, *hidden))
    work = tmp_path / "work"
    materialise(task.section("workdir"), work)
    before = take_manifest(work)
    (work / "tests").mkdir(exist_ok=True)
    for path in ("tests/[a].rs", "tests/a.rs", "more"):
        (work / path).write_text("the agent's")
    found = assemble(task, compare(before, take_manifest(work)), work, tmp_path / "tree")
    assert [(found.tree / f.path).read_text() for f in hidden] == ["hidden", "hidden"]
    assert set(found.refused) == {"tests/[a].rs", "more"} and found.taken == ["tests/a.rs"]
