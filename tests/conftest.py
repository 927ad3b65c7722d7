"""Fixtures that several parts of the tests share."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import settings

from cab_core.plugins import by_path
from cab_core.records import Installation
from tests.support.endpoint import Endpoint
from tests.support.wheel import own_wheel

CAB = Path(sys.executable).with_name("cab")
settings.register_profile("tests", deadline=None)  # the machine may be busy
settings.load_profile("tests")


def pytest_configure() -> None:
    """Start every test with the signals of a terminal: nohup(1) and a shell's `&` hand down ignored ones.

    No example of a property is held to a time: a machine may be busy.
    """
    hypothesis.settings.register_profile("cab", deadline=None)
    hypothesis.settings.load_profile("cab")
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@pytest.fixture(autouse=True)
def _nothing_imported_by_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell says whose code its process imported by `--plugin`: here, what its own test did."""
    monkeypatch.setattr(by_path, "_imported", {})


@pytest.fixture(scope="session")
def installed(cab_installed: Callable[[str], Installation]) -> Callable[[str], Installation]:
    """A real CLI by its name, installed once into the user's cache."""
    return cab_installed


@pytest.fixture(scope="session")
def aider(installed: Callable[[str], Installation]) -> Installation:
    """The real aider, installed once into the user's cache."""
    return installed("aider")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """cab's own wheel."""
    return own_wheel(tmp_path_factory)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """An endpoint on loopback whose behaviour a test sets."""
    with Endpoint().running() as running:
        yield running


class Cab:
    """Runs the real command `cab` in a directory of its own."""

    timeout_s = 240

    def __init__(self, cwd: Path) -> None:
        self.cwd = cwd
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("CAB_") or k == "CAB_CACHE"}

    def find_plugins(self, directory: str) -> None:
        """Let the command find the distributions in a directory, too."""
        paths = (directory, os.environ.get("PYTHONPATH"))
        self.env["PYTHONPATH"] = os.pathsep.join(p for p in paths if p)

    def alone(self) -> None:
        """Let it find no scratch directory that a killed runner of another test left: it would say that it removes it."""
        (self.cwd / "tmp").mkdir()
        self.env["TMPDIR"] = str(self.cwd / "tmp")

    def __call__(self, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(CAB), *args],
            cwd=self.cwd,
            env={**self.env, **env},
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=self.timeout_s,
            stdin=subprocess.DEVNULL,
        )

    def json(self, *args: str, **env: str) -> Any:
        done = self(*args, **env)
        assert done.stdout, done.stderr
        return json.loads(done.stdout)


@pytest.fixture
def cab(tmp_path: Path) -> Cab:
    """The command `cab`, in an empty directory."""
    return Cab(tmp_path)


@pytest.fixture
def distribution(tmp_path: Path) -> Callable[..., str]:
    """Make a third-party distribution with one plugin; returns what PYTHONPATH must hold."""

    def make(name: str, code: str, requires: str = "", entry: str = "") -> str:
        site = tmp_path / "third-party"
        module = name.replace("-", "_")
        info = site / f"{module}-1.0.dist-info"
        info.mkdir(parents=True)
        (site / f"{module}.py").write_text(code)
        need = f"Requires-Dist: {requires}\n" if requires else ""
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{need}")
        (info / "entry_points.txt").write_text(f"[cab]\n{entry or module} = {module}\n")
        return str(site)

    return make
