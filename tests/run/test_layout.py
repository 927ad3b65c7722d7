"""Each command of the grader starts anew: code that ran in one leaves nothing to the next but artefacts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from cab_core.records import Grade, GradeCommand
from tests.support.commands import graded, python
from tests.support.puppet import play
from tests.support.repeated import repeated_names

READ = "import sys; print(open(sys.argv[1]).read())"


def oks(grade: Grade) -> list[bool]:
    """Return which commands were accepted."""
    return [c.ok for c in grade.commands]


PLACES = ["{tree}/planted.py", "{tree}/stock.py", "{out}/planted", "{tests}/driver.py"]
BESIDE = ["os.environ['HOME']", "os.environ['TMPDIR']"]


@pytest.mark.parametrize("place", PLACES)
def test_what_a_command_writes_is_gone_for_the_next(tmp_path: Path, place: str) -> None:
    """A file that was planted, or written over, in tree, out or tests is not there, or as it was."""
    write = python("import sys; open(sys.argv[1], 'w').write('planted')", place)
    look = python(
        "import pathlib, sys; p = pathlib.Path(sys.argv[1]); sys.exit(p.exists() and 'planted' in p.read_text())",
        place,
    )
    assert oks(graded(tmp_path, write, look)) == [True, True]
    assert oks(graded(tmp_path / "second", look, write)) == [True, True]


@pytest.mark.parametrize("place", BESIDE)
def test_home_and_temporary_files_are_new_too(tmp_path: Path, place: str) -> None:
    """A HOME could hold modules, hooks and settings that the next command's programs obey."""
    write = python(f"import os; open({place} + '/planted', 'w')")
    look = python(f"import os, sys; sys.exit(os.path.exists({place} + '/planted'))")
    assert oks(graded(tmp_path, write, look)) == [True, True]


def test_the_agent_s_fix_is_there_for_every_command(tmp_path: Path) -> None:
    """Not only for the first: what was taken is laid out each time."""
    look = python("import sys; sys.exit('mine' not in open('stock.py').read())")
    assert oks(graded(tmp_path, look, look, files={"stock.py": "mine"})) == [True, True]


def test_code_under_test_rewrites_nothing_that_is_compiled_later(tmp_path: Path) -> None:
    """A command that imports the candidate cannot exchange the driver that the next one builds."""
    candidate = "import sys; open(sys.argv[2] + '/driver.py', 'w').write('raise SystemExit(0)')"
    judge = GradeCommand(
        argv=("python3", "{tests}/driver.py", "{tree}"), kind="output", output="expected.txt"
    )
    grade = graded(tmp_path, python("import stock", "{out}", "{tests}"), judge, files={"stock.py": candidate})
    assert oks(grade) == [True, False]


# --- artefacts

BUILD = "import os, sys; os.makedirs(sys.argv[1] + '/deep', exist_ok=True); open(sys.argv[1] + '/deep/made', 'w').write('made')"


@pytest.mark.parametrize(
    ("where", "declared"),
    [
        ("{out}", "{out}/deep/made"),
        ("{out}", "{out}/deep"),
        ("{tree}", "deep/made"),
        ("{tree}", "{tree}/deep"),
    ],
)
def test_an_artefact_is_there_for_all_later_commands(tmp_path: Path, where: str, declared: str) -> None:
    """A file or a whole directory, in the tree or in out, is found where it was made."""
    build = python(BUILD, where, build=True, artefacts=(declared,))
    look = python(READ, f"{where}/deep/made")
    assert oks(graded(tmp_path, build, look, look)) == [True, True, True]


def test_what_is_not_declared_is_not_handed_on(tmp_path: Path) -> None:
    """A file beside a declared one is gone."""
    build = python(
        BUILD + "; open(sys.argv[1] + '/other', 'w')", "{out}", build=True, artefacts=("{out}/deep",)
    )
    assert oks(graded(tmp_path, build, python(READ, "{out}/other"))) == [True, False]


def test_a_later_command_cannot_change_an_artefact_for_others(tmp_path: Path) -> None:
    """Each finds a copy of its own: writing over it, whatever its mode, changes nothing."""
    build = python(BUILD, "{out}", build=True, artefacts=("{out}/deep/made",))
    spoil = python(
        "import os, sys; os.chmod(sys.argv[1], 0o644); open(sys.argv[1], 'w').write('spoiled')",
        "{out}/deep/made",
    )
    look = python("import sys; sys.exit(open(sys.argv[1]).read() != 'made')", "{out}/deep/made")
    assert oks(graded(tmp_path, build, spoil, look)) == [True, True, True]


def test_an_artefact_cannot_be_written_and_stays_a_program(tmp_path: Path) -> None:
    """Its mode says so: read-only, and executable where it was."""
    make = "import os, sys; p = sys.argv[1] + '/run'; open(p, 'w').write('#!/bin/sh\\n'); os.chmod(p, 0o700)"
    build = python(make, "{out}", build=True, artefacts=("{out}/run",))
    look = python("import os, sys; sys.exit(os.stat(sys.argv[1]).st_mode & 0o777 != 0o555)", "{out}/run")
    assert oks(graded(tmp_path, build, look)) == [True, True]


def test_a_missing_artefact_fails_its_command(tmp_path: Path) -> None:
    """A build that ends well and makes nothing is a failed build, and what needs it is not run."""
    grade = graded(tmp_path, python("", build=True, artefacts=("{out}/made",)), python(""))
    assert oks(grade) == [False]
    assert grade.commands[0].reason is not None and "artefact {out}/made" in grade.commands[0].reason


@pytest.mark.parametrize(
    "make", ["os.symlink('/etc/passwd', p)", "os.mkfifo(p)", "os.symlink('/etc', p)", "os.mkdir(p)"]
)
def test_an_artefact_is_made_of_regular_files(tmp_path: Path, make: str) -> None:
    """A link to a file of this machine, a pipe, an empty directory hand nothing on, and hold nothing up."""
    build = python(f"import os, sys; p = sys.argv[1]; {make}", "{out}/made", artefacts=("{out}/made",))
    grade = graded(tmp_path, build, python(READ, "{out}/made/passwd"), python(READ, "{out}/made"))
    assert oks(grade) == [False, False, False]


def test_links_in_an_artefact_are_left_behind(tmp_path: Path) -> None:
    """A directory is kept without them: a build that runs code under test could lead anywhere."""
    code = BUILD + "; os.symlink('/etc/hostname', sys.argv[1] + '/deep/link')"
    build = python(code, "{out}", build=True, artefacts=("{out}/deep",))
    look = python("import os, sys; sys.exit(os.listdir(sys.argv[1]) != ['made'])", "{out}/deep")
    assert oks(graded(tmp_path, build, look)) == [True, True]


# --- what code under test does to the directories

ATTACKS = {
    "out removed": "shutil.rmtree(out)",
    "tree removed": "shutil.rmtree(os.getcwd())",
    "out locked": "os.chmod(out, 0)",
    "out a file": "shutil.rmtree(out); open(out, 'w')",
    "out a link": "shutil.rmtree(out); os.symlink('/etc', out)",
    "out a pipe": "shutil.rmtree(out); os.mkfifo(out)",
    "a link in its place": "os.symlink('/etc/hostname', out + '/report')",
    "a pipe in its place": "os.mkfifo(out + '/report')",
    "a directory in its place": "os.mkdir(out + '/report')",
    "a report that nobody may read": "open(out + '/report', 'w'); os.chmod(out + '/report', 0)",
    "a huge report": "open(out + '/report', 'w').truncate(1 << 40)",
    "all of it removed": "shutil.rmtree(os.path.dirname(out))",
    "all of it locked": "os.chmod(os.path.dirname(out), 0)",
    "all of it a link": "d = os.path.dirname(out); os.chdir('/'); os.rename(d, d + 'x'); os.symlink('/etc', d)",
    "what holds it locked": "os.chmod(os.path.dirname(os.path.dirname(out)), 0o555)",
    "deep": "\nfor _ in range(3000): os.mkdir('d'); os.chdir('d')",
}


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("kind", ["exit", "json"])
def test_no_directory_that_is_taken_away_is_anybody_else_s_trouble(
    tmp_path: Path, attack: str, kind: str
) -> None:
    """The verdict of that command is its own, and the next one finds all as it should be, or fails."""
    code = f"import os, shutil, sys; out = sys.argv[1]; {ATTACKS[attack]}"
    report = {"report": "report"} if kind == "json" else {}
    spoil = python(code, "{out}", kind=kind, **report)
    after = python("import os, sys, stock; sys.exit(os.listdir(sys.argv[1]) != [])", "{out}")
    try:
        found = oks(graded(tmp_path, spoil, after))
    finally:
        (tmp_path).chmod(0o755)
    assert found == [kind == "exit", True]


def test_a_full_disk_is_the_failure_of_what_filled_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing can be laid out any more after a command, what follows is not accepted."""
    from cab_core.run import layout

    made: list[Path] = []

    def full(scratch: Path, names: Sequence[str]) -> None:
        made.append(scratch)
        if len(made) > 1:
            raise OSError(28, "No space left on device")
        real(scratch, names)

    real = layout.make_directories
    monkeypatch.setattr(layout, "make_directories", full)
    grade = graded(tmp_path, python(""), python(""))
    assert oks(grade) == [True, False]
    assert "No space left" in (grade.commands[1].reason or "")


def test_a_report_that_only_its_owner_locked_is_read(tmp_path: Path) -> None:
    """Mode 0 is no way out of a report that says failed, and none that says passed is lost."""
    report = json.dumps({"tests": {"a": True}})
    code = f"import os, sys; p = sys.argv[1]; open(p, 'w').write({report!r}); os.chmod(p, 0)"
    assert oks(graded(tmp_path, python(code, "{out}/report", kind="json", report="report"))) == [True]


@pytest.mark.parametrize(
    "attack", ["shutil.rmtree(out)", "os.chmod(out, 0)", "shutil.rmtree(os.path.dirname(out))"]
)
def test_a_cell_whose_code_removes_the_grader_s_directories_failed(tmp_path: Path, attack: str) -> None:
    """The whole way: its failure, in the denominator, and no trouble of the sandbox."""
    cheat = f"import os, shutil, sys; out = os.path.dirname(sys.argv[2]); {attack}; os._exit(0)"
    _, result = play(
        tmp_path, f"call(); open('adds.py', 'w').write({cheat!r})", task=repeated_names(tmp_path)
    )
    assert (result.outcome, result.why) == ("failed", "no report was written")
    assert any("before it had said all" in note for note in result.notes)
