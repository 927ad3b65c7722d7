"""The package of npm, as `npm pack` makes it and `npx` runs it, with a real uv and a real pipx."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.support.endpoint import KEY, Endpoint
from tests.support.often import rows

ROOT = Path(__file__).parents[2]
TASK = "mutations/py-stock-reorder"
_WANTED = ("git", "python3", "mkdir", "bash", "npm", "cat", "realpath", "dirname")  # by uv, cab and a CLI
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that a registry would get."""
    out = tmp_path_factory.mktemp("npm")
    subprocess.run(
        ["npm", "pack", "--pack-destination", str(out)], cwd=ROOT / "npm", check=True, capture_output=True
    )
    [made] = out.glob("*.tgz")
    return made


def npx(
    packed: Path, place: Path, programs: dict[str, str], *args: str, **env: str
) -> subprocess.CompletedProcess[str]:
    """Run the packed file where `programs`, besides what npx itself needs, are the only ones."""
    bare = place / "bin"
    bare.mkdir()
    for name, target in {
        **{n: str(shutil.which(n)) for n in ("node", "npx", "sh", "env")},
        **programs,
    }.items():
        (bare / name).symlink_to(target)
    kept = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("CAB_", "PYTHON", "VIRTUAL")) or k == "CAB_CACHE"
    }
    argv = [str(bare / "npx"), "--yes", f"--package={packed}", "codingagentbench", *args]
    return subprocess.run(
        argv, env={**kept, "PATH": str(bare), **env}, cwd=place, capture_output=True, text=True, check=False,
        stdin=subprocess.DEVNULL, timeout=500,
    )  # fmt: skip


@pytest.mark.aider
@pytest.mark.parametrize("runner", rows(["uvx", "pipx"], ["uvx"]))
def test_a_check_is_run_by_what_is_there(
    runner: str, packed: Path, wheel: Path, tmp_path: Path, endpoint: Endpoint
) -> None:
    """Nothing of ours is installed: the runner gets the wheel, makes an environment, and a CLI does a task in it."""
    own = Path(sys.executable).parent
    needed = ["uvx", "uv"] if runner == "uvx" else ["pipx"]
    programs = {name: str(own / name) for name in needed}
    programs |= {n: str(shutil.which(n)) for n in _WANTED}
    said = (
        "--tui",
        "aider",
        "--model",
        "m",
        "--task",
        TASK,
        "--endpoint",
        endpoint.url,
        "--key-env",
        "MY_KEY",
    )
    done = npx(
        packed,
        tmp_path,
        programs,
        "check",
        *said,
        CAB_PACKAGE=str(wheel),
        MY_KEY=KEY,
        UV_PYTHON=sys.executable,
    )
    assert done.returncode == 0, (done.stdout, done.stderr)
    assert "Provisional score" in done.stdout + done.stderr and endpoint.requests


def test_without_a_runner_it_says_what_to_install(packed: Path, tmp_path: Path) -> None:
    """And ends as a user's mistake does."""
    done = npx(packed, tmp_path, {}, "check")
    assert done.returncode == 2
    assert all(
        word in done.stderr for word in ("no uv, no pipx and no Docker", "docs.astral.sh", "pip install")
    )


@pytest.mark.parametrize(("there", "first"), [("uvx uv pipx docker", "uvx --from"), ("uv docker", "uv tool run --from"),
                                              ("pipx docker", "pipx run --spec"), ("docker", "docker run --rm")])  # fmt: skip
def test_the_first_runner_that_is_there_is_taken(
    there: str, first: str, packed: Path, tmp_path: Path
) -> None:
    """With all arguments word for word and its exit code: here each is a program that prints what it is given."""
    echo = tmp_path / "echo"
    echo.write_text(f"#!{sys.executable}\nimport os, sys, json\nprint(json.dumps(sys.argv))\nsys.exit(7)\n")
    echo.chmod(0o755)
    programs = {name: str(echo) for name in there.split()}
    done = npx(packed, tmp_path, programs, "check", "--task", "a b;c", CAB_KEY="k", CAB_PACKAGE="some.whl")
    words = json.loads(done.stdout)
    assert done.returncode == 7 and words[-2:] == ["--task", "a b;c"] and "some.whl" in words
    assert " ".join([Path(words[0]).name, *words[1:]]).startswith(first)
    assert "k" not in words


@pytest.mark.parametrize(
    ("given", "passed"),
    [
        (["--key", "s3cret"], ["-e", "CAB_KEY"]),
        (["--key=s3cret"], ["-e", "CAB_KEY"]),
        (["--key-env", "MY_KEY"], ["-e", "MY_KEY"]),
    ],
)
def test_no_key_is_in_the_arguments_of_what_is_started(
    given: list[str], passed: list[str], packed: Path, tmp_path: Path
) -> None:
    """A container runs long, and everybody can list its arguments: a key goes there as a variable, by its name."""
    echo = tmp_path / "echo"
    echo.write_text(
        f"#!{sys.executable}\nimport os, sys, json\n"
        "print(json.dumps([sys.argv, [os.environ.get(n) for n in ('CAB_KEY', 'MY_KEY')]]))\n"
    )
    echo.chmod(0o755)
    done = npx(packed, tmp_path, {"docker": str(echo)}, "check", *given, MY_KEY="s3cret")
    words, keys = json.loads(done.stdout)
    assert not [word for word in words if "s3cret" in word] and "s3cret" in keys
    at = words.index("-e", words.index("host"))
    assert passed[1] in [words[n + 1] for n in range(at, len(words) - 1) if words[n] == "-e"]


def test_what_it_has_not_is_told(packed: Path, tmp_path: Path) -> None:
    """One command; the others are the Python package's."""
    done = npx(packed, tmp_path, {}, "run")
    assert done.returncode == 2 and '"run" is not a command of this package' in done.stderr


def test_both_packages_have_one_version() -> None:
    """The one runs the other by its version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert json.loads((ROOT / "npm/package.json").read_text())["version"] == project["version"]
