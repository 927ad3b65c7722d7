"""cab's own wheel, built once for all tests of a session, and virtual environments that hold nothing else of ours."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import attrs
import pytest

ROOT = Path(__file__).parents[2]
_PIP = ("-m", "pip", "-q", "--disable-pip-version-check")
_OURS = ("codingagentbench", "_editable", "__editable__", "__pycache__")


def own_wheel(factory: pytest.TempPathFactory) -> Path:
    """Return the wheel of this checkout; of several workers of the tests the first builds it."""
    base = factory.getbasetemp()
    place = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "own-wheel"
    place.mkdir(exist_ok=True)
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not list(place.glob("*.whl")):
            argv = [
                sys.executable,
                *_PIP,
                "wheel",
                "--no-deps",
                "--no-build-isolation",
                "-w",
                str(place),
                str(ROOT),
            ]
            subprocess.run(argv, check=True)
    [wheel] = place.glob("*.whl")
    return wheel


@attrs.frozen
class Venv:
    """A virtual environment in which cab is installed from its wheel, and others may be."""

    root: Path

    def __call__(
        self, program: str, *args: str, cwd: Path | None = None, **env: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment, as a shell does in which it is active."""
        kept = {
            k: v
            for k, v in os.environ.items()
            if not k.startswith(("CAB_", "PYTHON", "PYTEST")) or k == "CAB_CACHE"
        }
        path = f"{self.root / 'bin'}:{os.environ['PATH']}"
        return subprocess.run(
            [str(self.root / "bin" / program), *args], cwd=cwd or self.root, env={**kept, "PATH": path, **env},
            capture_output=True, text=True, errors="replace", check=False, stdin=subprocess.DEVNULL, timeout=300,
        )  # fmt: skip

    def well(self, program: str, *args: str, cwd: Path | None = None, **env: str) -> str:
        """Run a program that must succeed; return what it prints."""
        done = self(program, *args, cwd=cwd, **env)
        assert done.returncode == 0, (args, done.stdout[-3000:], done.stderr[-3000:])
        return done.stdout

    def install(self, what: Path) -> None:
        """Install a distribution without asking anybody for anything."""
        self.well("python", *_PIP, "install", "--no-index", "--no-deps", "--no-build-isolation", str(what))

    def uninstall(self, name: str) -> None:
        """Take a distribution away."""
        self.well("python", *_PIP, "uninstall", "-y", name)


def fresh_venv(root: Path, wheel: Path) -> Venv:
    """Make an environment with the libraries that cab needs, as links to those of the tests, and with cab's wheel."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(root)], check=True)
    [site] = root.glob("lib/python*/site-packages")
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if not entry.name.startswith(_OURS) and entry.suffix != ".pth":
            (site / entry.name).symlink_to(entry)
    venv = Venv(root)
    venv.install(wheel)
    return venv
