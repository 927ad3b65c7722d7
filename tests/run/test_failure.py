"""Why a command failed, told in one line whoever wrote what it printed."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from cab_core.records import CaseResult, CommandResult
from cab_core.run.failure import why_failed, why_in_full
from tests.support.packs import write_pack
from tests.support.puppet import play

FAILED = CommandResult(
    argv=("python3", "-m", "pytest"),
    kind="junit",
    exit_code=1,
    timed_out=False,
    ok=False,
    duration_s=0.1,
    reason="exit code 1",
    stderr_tail="warning\n/usr/bin/python3: No module named pytest\n\n",
)


def test_what_alone_was_printed_is_part_of_the_reason() -> None:
    """The exit code says nothing; the last line of the error output does."""
    assert why_failed(FAILED) == "exit code 1: /usr/bin/python3: No module named pytest"


@pytest.mark.parametrize(
    "more",
    [
        {"stdout_tail": "1 failed"},
        {"tests": (CaseResult(name="a", state="failed"),)},
        {"timed_out": True},
        {"stderr_tail": " \n"},
    ],
)
def test_where_more_was_said_the_reason_stands_alone(more: dict[str, object]) -> None:
    """A warning beside results is not why a command failed."""
    assert why_failed(attrs.evolve(FAILED, **more)) == "exit code 1"  # type: ignore[arg-type]


def test_hostile_text_is_one_short_line() -> None:
    """No escape, no reordering, no second line, no flood."""
    said = why_failed(attrs.evolve(FAILED, stderr_tail="x\n\x1b[2Ja\u202eb\u2028c\rd" + "e" * 9000)) or ""
    assert len(said) < 300 and said.startswith("exit code 1: ") and said.isprintable()


def test_an_author_is_told_the_command_too() -> None:
    """And the end of the output, where it has no error output."""
    told = why_in_full(attrs.evolve(FAILED, stdout_tail="1 failed, 2 passed\n", stderr_tail=""))
    assert told == "python3 -m pytest: exit code 1: 1 failed, 2 passed"


def test_a_cell_says_what_its_grader_lacked(tmp_path: Path) -> None:
    """Else a right fix that fails for want of a module reads like a wrong one."""
    argv = '["python3", "-m", "no_such_runner"]'
    commands = f'[[grade.commands]]\nargv = {argv}\nkind = "junit"\nreport = "r.xml"\n'
    task = write_pack(tmp_path, commands, {"workdir/adds.py": "x"})
    _, result = play(tmp_path / "runs", "call()", task=task)
    assert result.outcome == "failed" and result.why.endswith(": No module named no_such_runner")
