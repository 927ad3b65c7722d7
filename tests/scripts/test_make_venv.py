"""The virtual environment of `make`: whole, or made anew by the same command."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
NO_ENSUREPIP = f"""#!/bin/sh
case "$*" in
  *ensurepip*) echo "No module named 'ensurepip'" >&2; exit 1 ;;
esac
exec {sys.executable} "$@"
"""


def make_venv(directory: Path, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    """Run the script."""
    argv = ["sh", str(CHECKOUT / "scripts/make-venv"), python, str(directory)]
    return subprocess.run(argv, capture_output=True, text=True, check=False)


@pytest.fixture
def half_made(tmp_path: Path) -> Path:
    """What Debian leaves where venv is there and ensurepip is not."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")], check=True)
    return tmp_path / "venv"


def test_a_half_made_environment_is_made_anew(half_made: Path) -> None:
    """The same command again makes it whole, and then leaves it alone."""
    (half_made / "left").touch()
    assert make_venv(half_made).returncode == 0
    assert (half_made / "bin/pip").exists() and not (half_made / "left").exists()
    (half_made / "mine").touch()
    assert make_venv(half_made).stdout == "" and (half_made / "mine").exists()


def test_an_environment_that_was_moved_is_made_anew(half_made: Path) -> None:
    """Its scripts name an interpreter that is gone."""
    (half_made / "bin/pip").write_text("#!/nowhere/python\n")
    (half_made / "bin/pip").chmod(0o755)
    assert "==> virtual environment" in make_venv(half_made).stdout
    assert "/nowhere" not in (half_made / "bin/pip").read_text()


def test_without_ensurepip_nothing_is_begun(tmp_path: Path) -> None:
    """What to install is said, and no half of an environment is left."""
    python = tmp_path / "python"
    python.write_text(NO_ENSUREPIP)
    python.chmod(0o755)
    done = make_venv(tmp_path / "venv", str(python))
    assert done.returncode == 2 and "apt-get install python3-venv" in done.stderr
    assert not (tmp_path / "venv").exists()


@pytest.mark.parametrize(("cab", "todo"), [("#!/bin/sh\n", False), ("#!/nowhere/python\n", True)])
def test_a_cab_that_does_not_start_is_installed_again(tmp_path: Path, cab: str, todo: bool) -> None:
    """The stamp of an installation counts where the command starts."""
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(CHECKOUT / name, tmp_path)
    command = tmp_path / ".venv/bin/cab"
    command.parent.mkdir(parents=True)
    command.write_text(cab)
    command.chmod(0o755)
    (tmp_path / ".venv/.core").touch()
    done = subprocess.run(
        ["make", "-n", ".venv/.core"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert ("make-venv" in done.stdout) == todo


def test_a_python_that_does_not_start_is_not_called_old(tmp_path: Path) -> None:
    """Why it does not start is its own word, such as a library that it lacks."""
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho no library >&2\nexit 127\n")
    python.chmod(0o755)
    done = make_venv(tmp_path / "venv", str(python))
    assert done.returncode == 2 and not (tmp_path / "venv").exists()
    assert done.stderr == (
        f"no library\n{python} does not start; set PYTHON=... to a Python 3.11 or newer that does\n"
    )


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="reads where cab lies as UTF-8 in every locale")
def test_a_directory_that_the_locale_cannot_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There Python would not start once cab is installed: it is told before anything is made."""
    monkeypatch.setenv("LC_ALL", "C")
    directory = tmp_path / "Übung"
    directory.mkdir()
    done = make_venv(directory / "venv")
    assert done.returncode == 2 and "export LC_ALL=C.UTF-8" in done.stderr
    assert not list(directory.iterdir())
