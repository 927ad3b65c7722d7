"""What is shown while a command works on several things at once."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from cab_core.cli.under_way import UnderWay
from tests.conftest import CAB, Cab
from tests.support.narrow import printed
from tests.support.packs import write_pack

SLOW = "[[grade.commands]]\nargv = ['sh', '-c', 'sleep 0.7; grep -q good adds.py']\n"
FILES = {"workdir/adds.py": "worse", "solution/adds.py": "good"}


def test_a_log_is_told_of_what_takes_long(capsys: pytest.CaptureFixture[str]) -> None:
    """Its time, its step and its name; what is done is no more spoken of."""
    said, end = "", time.monotonic() + 20
    with UnderWay(every_s=0.05) as shown:
        with shown.doing("p/quick"):
            pass
        with shown.doing("p/slow") as step:
            step("grading it unsolved")
            while "p/slow" not in said and time.monotonic() < end:
                said += capsys.readouterr().err
    assert "under way: 0:00  grading it unsolved  p/slow\n" in said and "quick" not in said


def test_a_terminal_shows_each_task_under_way(cab: Cab, tmp_path: Path) -> None:
    """The lines of the tasks that are done stay whole beside it; JSON is for programs."""
    write_pack(tmp_path, SLOW, FILES)
    env = {**cab.env, "CAB_CACHE": str(tmp_path / "cache")}
    argv = [str(CAB), "tasks", "validate", "--pack", "mine"]
    code, said = printed(argv, 100, tmp_path, env)
    assert code == 0, said
    assert "0:00  grading it unsolved  mine/one" in said and "grading its reference  mine/one" in said
    assert "[1/1] mine/one: sound (in local, 1 x" in said and "on this machine, as you" in said
