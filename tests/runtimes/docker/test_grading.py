"""The grader in containers: verdicts are the same as elsewhere, and nothing passes from one command to the next."""

from __future__ import annotations

from pathlib import Path

from cab_core.plugins.protocols import StopSignal
from cab_core.plugins.registry import Plugins
from cab_core.records import Changes, Grade, GradeCommand
from cab_core.run.grader import Grader
from cab_core.run.validate import validate
from tests.runtimes.docker.conftest import Play, copied_seldom
from tests.support.commands import python, with_commands
from tests.support.repeated import FIX, repeated_names


def graded(tmp_path: Path, *commands: GradeCommand) -> Grade:
    """Judge an untouched tree by these commands."""
    docker = Plugins().runtime("docker")
    with docker.scratch() as scratch:
        grader = Grader(
            task=with_commands(*commands),
            runtime=docker,
            scratch=scratch / "grade",
            log=tmp_path / "grade.log",
            stop=StopSignal(),
        )
        return grader.judge(Changes(), tmp_path / "left")


@copied_seldom
def test_a_repeated_name_hides_no_failure(tmp_path: Path, contain: Play) -> None:
    """The untouched tree fails and the reference passes; so do cells without and with the fix."""
    task = repeated_names(tmp_path)
    assert validate(task, Plugins().runtime("docker"), tmp_path / "scratch", StopSignal()).fault is None
    _, result = contain("call()", task=task)
    assert (result.outcome, result.why) == ("failed", "1 of 2 tests failed")
    _, result = contain(FIX, task=task)
    assert (result.outcome, "in-process" in result.marks) == ("passed", True)


def test_nothing_but_artefacts_passes_from_command_to_command(tmp_path: Path) -> None:
    """What one wrote elsewhere is gone; what it declared is there, and was not changed by who ran before."""
    build = python("import sys; [open(d + '/made', 'w').write('made') for d in sys.argv[1:]]", "{out}", "{tree}",
                   build=True, artefacts=("{out}/made",))  # fmt: skip
    spoil = python(
        "import os, sys; p = sys.argv[1] + '/made'; os.chmod(p, 0o600); open(p, 'w').write('spoiled')",
        "{out}",
    )
    look = python(
        "import os, sys; sys.exit(open(sys.argv[1] + '/made').read() != 'made' or os.path.exists('made'))",
        "{out}",
    )
    grade = graded(tmp_path, build, spoil, look)
    assert [c.ok for c in grade.commands] == [True, True, True], grade


def test_locked_and_emptied_directories_are_the_code_s_own_failure(tmp_path: Path) -> None:
    """A report that cannot be had is no report, and the next command has all it needs."""
    lock = python("import os, sys; open(sys.argv[1] + '/r', 'w'); os.chmod(sys.argv[1] + '/r', 0); os.chmod(sys.argv[1], 0)",
                  "{out}", kind="json", report="r")  # fmt: skip
    empty = python("import shutil, os; [os.unlink(n) for n in os.listdir('.')]; os.chmod('.', 0)")
    grade = graded(tmp_path, lock, empty, python("import stock"))
    assert [c.ok for c in grade.commands] == [False, True, True], grade
    assert grade.commands[0].reason == "the report is empty"
