"""What a machine must have is told before a run, by the list that `cab doctor` prints."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from cab_core.errors import UserError
from cab_core.plugins.protocols import Check
from cab_core.sweep import machine
from tests.conftest import CAB, Cab
from tests.support import unprivileged

RUN = ("run", "--tui", "aider", "--model", "scripted:null", "--task", "mutations/py-lru-cache")
ordinary_user = pytest.mark.skipif(
    os.getuid() != 0 or not all(map(shutil.which, unprivileged.PROGRAMS)), reason="becomes another user"
)


def test_git_is_missed_before_anything_is_run(cab: Cab, tmp_path: Path) -> None:
    """The run says the doctor's sentence, with the remedy, and makes no cell."""
    (tmp_path / "bin").mkdir()
    told = [f for f in cab.json("doctor", "--json", PATH=str(tmp_path / "bin")) if f["what"] == "git"]
    assert [(f["ok"], f["needed"], f["remedy"]) for f in told] == [
        (False, True, "on Debian: apt-get install git")
    ]
    done = cab(*RUN, PATH=str(tmp_path / "bin"))
    assert done.returncode == 2 and "git: not installed; on Debian: apt-get install git" in done.stderr
    assert not (tmp_path / "runs").exists()


def test_a_run_and_the_doctor_have_one_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that is added is both a finding and a reason not to run; what is odd alone is a warning."""
    bad = Check(what="moon", ok=False, say="set", remedy="wait", needed=True)
    odd = Check(what="sun", ok=False, say="hot")
    monkeypatch.setattr(machine, "CHECKS", (lambda: bad, lambda: odd))
    assert machine.look() == [bad, odd]
    with pytest.raises(UserError, match="moon: set; wait"):
        machine.check_ready(print)
    monkeypatch.setattr(machine, "CHECKS", (lambda: odd,))
    said: list[str] = []
    machine.check_ready(said.append)
    assert said == ["sun: hot"]


@pytest.mark.parametrize("check", machine.CHECKS, ids=lambda c: c.__name__)
def test_this_machine_is_well(check: object) -> None:
    """Each check has a name, and holds where the tests run."""
    found = check()  # type: ignore[operator]
    assert found.what and found.ok
    assert all(f.remedy is None for f in machine.look())


def test_without_a_home_both_say_what_to_set(cab: Cab) -> None:
    """An empty HOME is none: the doctor goes on to its end, the run says its line."""
    cab.env = {k: v for k, v in cab.env.items() if k not in ("CAB_CACHE", "XDG_CACHE_HOME")}
    doctor, run = cab("doctor", HOME=""), cab(*RUN, HOME="")
    assert "MISS cache directory" in doctor.stdout and "toolchain python3" in doctor.stdout
    assert run.returncode == 2 and "set CAB_CACHE to a directory" in run.stderr


def test_a_cache_that_may_not_be_written_is_told(cab: Cab, tmp_path: Path) -> None:
    """A file stands where the directory should be."""
    (tmp_path / "file").touch()
    done = cab(*RUN, CAB_CACHE=str(tmp_path / "file/cache"))
    assert done.returncode == 2 and "this user may not write there; set CAB_CACHE" in done.stderr


@ordinary_user
def test_a_version_manager_of_another_user_is_left_out_and_told(tmp_path: Path) -> None:
    """As after `su` without a login shell: PYENV_ROOT is root's, whom nobody else may look at."""
    with unprivileged.place() as own, unprivileged.place(0) as roots:
        roots.chmod(0o700)
        (roots / "pyenv").mkdir()
        env = {**unprivileged.environment(own), "PYENV_ROOT": str(roots / "pyenv")}
        done = unprivileged.run([str(CAB), "doctor"], own, env)
        code = "from cab_core.tasks.programs import program_environment as p; print(sorted(p()))"
        programs = unprivileged.run([str(CAB.with_name("python")), "-c", code], own, env)
    assert (
        f"--   variables of version managers: PYENV_ROOT={roots}/pyenv: this user may not enter"
        in done.stdout
    )
    assert "su - USER" in done.stdout
    assert programs.stdout.strip() == "['LANG', 'PATH']", programs.stderr
