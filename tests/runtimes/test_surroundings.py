"""HOME, TMPDIR and the current directory of the process that runs cab do not decide a verdict."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cab_core.records import Installation
from tests.runtimes.docker.conftest import engine as _engine
from tests.runtimes.docker.conftest import puppet_image as _puppet_image
from tests.support.unprivileged import UID, environment, place, run
from tests.support.verdicts import RUNTIMES, Verdict, everywhere, verdicts

engine, puppet_image = _engine, _puppet_image
pytestmark = everywhere
CAB = str(Path(sys.executable).with_name("cab"))
Prepare = Callable[[dict[str, str], Path], Path]


def owned(path: Path, mode: int) -> Path:
    """Make a directory of the user's with exactly this mode."""
    path.mkdir()
    os.chown(path, UID, UID)
    path.chmod(mode)
    return path


def without_home(env: dict[str, str], own: Path) -> Path:
    """No HOME, and no user of this number in /etc/passwd."""
    del env["HOME"]
    return own


def closed_home(env: dict[str, str], own: Path) -> Path:
    """HOME is somebody else's, as after `sudo -u`."""
    env["HOME"] = str(own / "theirs")
    (own / "theirs").mkdir(mode=0o700)
    return own


def temporary(mode: int) -> Prepare:
    """TMPDIR has this mode."""

    def prepare(env: dict[str, str], own: Path) -> Path:
        env["TMPDIR"] = str(owned(own / "tmp", mode))
        return own

    return prepare


PLACES: dict[str, Prepare] = {
    "no HOME": without_home,
    "closed HOME": closed_home,
    "TMPDIR that cannot be listed": temporary(0o300),
    "TMPDIR open to all": temporary(0o777),
    "closed current directory": lambda env, own: owned(own / "cwd", 0),
}


@pytest.fixture(scope="module", params=PLACES)
def found(request: pytest.FixtureRequest, puppet_image: Installation) -> dict[str, Verdict]:
    """The verdicts of one process of an ordinary user in such a place."""
    return verdicts(puppet_image, UID, prepare=PLACES[request.param])


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_verdict_is_the_same(found: dict[str, Verdict], runtime: str) -> None:
    """A right fix passes, a wrong one fails."""
    right, wrong = found[f"{runtime} right"], found[f"{runtime} wrong"]
    assert (right.outcome, wrong.outcome) == ("passed", "failed"), (right, wrong)


def cab(prepare: Prepare, runtime: str = "local") -> subprocess.CompletedProcess[str]:
    """Run the command `cab` as an ordinary user in such a place."""
    with place() as own:
        env = environment(own)
        cwd = prepare(env, own)
        options = ["--tui", "aider", "--model", "scripted:null", "--task", "mutations/py-lru-cache"]
        return run([CAB, "run", *options, "--runtime", runtime, "--runs", str(own / "runs")], cwd, env)


def no_cache(env: dict[str, str], own: Path) -> Path:
    """Nothing says where a CLI may be installed."""
    del env["CAB_CACHE"]
    return without_home(env, own)


@pytest.mark.parametrize(
    ("prepare", "says"),
    [
        (no_cache, "set CAB_CACHE"),
        (PLACES["closed current directory"], "current directory: Permission denied"),
    ],
    ids=["no place for the cache", "closed current directory"],
)
def test_what_the_user_must_mend_is_told(prepare: Prepare, says: str) -> None:
    """One message that says what to do, and exit code 2."""
    done = cab(prepare)
    assert done.returncode == 2 and says in done.stderr and "Traceback" not in done.stderr


def test_a_current_directory_that_is_gone_is_told(tmp_path: Path) -> None:
    """Where the directory of the shell was removed, `cab run` says so."""
    (tmp_path / "gone").mkdir()
    options = "--tui aider --model scripted:null --task mutations/py-lru-cache"
    line = f"cd gone && rmdir ../gone && exec {CAB} run {options} --runs {tmp_path}/runs"
    done = subprocess.run(["sh", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "current directory: No such file" in done.stderr
