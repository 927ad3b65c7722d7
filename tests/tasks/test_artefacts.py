"""What a task says of artefacts is held against itself when its pack is read, and when it is locked."""

from __future__ import annotations

from pathlib import Path

import pytest

from cab_core.errors import BadDocument
from cab_core.records import GradeCommand
from cab_core.tasks.artefacts import artefact_problems, place_of
from tests.conftest import Cab
from tests.support.packs import write_pack

FILES = {"workdir/adds.py": "x"}


def problems(*commands: tuple[str, tuple[str, ...]]) -> list[str]:
    """Return the keys of what is wrong with commands, given as program and artefacts."""
    made = [GradeCommand(argv=(program,), artefacts=artefacts) for program, artefacts in commands]
    return [key for key, _ in artefact_problems(made)]


@pytest.mark.parametrize(
    ("artefact", "place"),
    [
        ("target", ("tree", "target")),
        ("{tree}/a/b", ("tree", "a/b")),
        ("{out}/x", ("out", "x")),
        ("./a//b/", ("tree", "a/b")),
    ],
)
def test_an_artefact_lies_in_the_tree_or_in_out(artefact: str, place: tuple[str, str]) -> None:
    """The tree is meant where neither is named."""
    assert place_of(artefact) == place


@pytest.mark.parametrize(
    "artefact", ["", ".", "/etc", "../x", "a/../../x", "{tests}/x", "{out}", "{out}/../x", ".git"]
)
def test_nothing_elsewhere_is_an_artefact(artefact: str) -> None:
    """Neither the grader's own tests nor what lies beside."""
    with pytest.raises(ValueError, match="expected a path"):
        place_of(artefact)
    assert problems(("make", (artefact,))) == ["grade.commands[0].artefacts[0]"]


def test_a_program_in_out_must_be_made_before() -> None:
    """Each command begins with an empty out; a declared file, or a directory around it, brings the program."""
    assert problems(("{out}/run", ())) == ["grade.commands[0].argv[0]"]
    assert problems(("make", ()), ("{out}/run", ())) == ["grade.commands[1].argv[0]"]
    assert problems(("make", ("{out}/run",)), ("{out}/run", ())) == []
    assert problems(("make", ("{out}/bin",)), ("{out}/bin/run", ())) == []
    assert problems(("{out}/run", ()), ("make", ("{out}/run",))) == ["grade.commands[0].argv[0]"]


def test_an_artefact_has_one_maker() -> None:
    """A second command, which may run code under test, does not replace it."""
    found = problems(("make", ("{out}/run",)), ("test", ("{out}/run", "other")), ("x", ("{tree}/other",)))
    assert found == ["grade.commands[1].artefacts[0]", "grade.commands[2].artefacts[0]"]


def test_lock_refuses_what_cannot_be_judged(tmp_path: Path, cab: Cab) -> None:
    """It names file and key, and writes no list."""
    with pytest.raises(BadDocument, match="made by no command before"):
        write_pack(tmp_path, '[[grade.commands]]\nargv = ["{out}/run"]\n', FILES)
    done = cab("tasks", "lock", str(tmp_path / "mine"))
    assert done.returncode == 2 and "grade.commands[0].argv[0]" in done.stderr
    assert not (tmp_path / "mine/files.json").exists()


def test_the_list_of_tasks_says_which_verdicts_are_in_process(tmp_path: Path, cab: Cab) -> None:
    """In the table, in JSON, and where one task is shown."""
    write_pack(tmp_path, '[[grade.commands]]\nargv = ["true"]\n', FILES)
    pack = ("--pack", str(tmp_path / "mine"))
    marks = {row["id"]: row["in_process"] for row in cab.json("tasks", "list", *pack, "--json")}
    assert [task for task, marked in marks.items() if marked] == ["mine/one"]
    [line] = [each for each in cab("tasks", "list", *pack).stdout.splitlines() if "in-process" in each]
    assert line.startswith("mine/one")
    assert "In-process:" in cab("tasks", "show", "mine/one", *pack).stdout
