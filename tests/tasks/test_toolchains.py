"""What a task requires is looked for as its grader would find it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cab_core.plugins.registry import Plugins
from cab_core.runtimes.docker.dockerfile import tools_dockerfile
from cab_core.tasks.toolchains import installed_version, missing, not_required


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A requirement that this process's own environment and directory would meet."""
    (tmp_path / "cab_toy.py").write_text("__version__ = '7.1'")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return "python3-cab-toy"


def test_what_only_the_user_s_environment_has_is_not_there(module: str) -> None:
    """A grader inherits no PYTHONPATH and starts elsewhere: the module would not be found."""
    assert missing(module) == "python3-cab-toy is not installed (on Debian: apt-get install python3-cab-toy)"


def test_the_interpreter_s_own_modules_are_there() -> None:
    """With their version, by the name of Debian's package; a specifier is held against it."""
    assert installed_version("python3-pip") and missing("python3-pip>=1") is None
    assert "python3-pip" in (missing("python3-pip<1") or "")


def test_a_sealed_sandbox_is_asked_itself() -> None:
    """Runtime bwrap hides packages of this machine: what it says is what a grader finds there."""
    bwrap = Plugins().runtime("bwrap")
    assert bwrap.lacking(("python3",), print) is None
    assert bwrap.lacking(("python3", "python3-cab-toy"), print) == (
        "python3-cab-toy is not in the sandbox (on Debian: apt-get install python3-cab-toy)"
    )


@pytest.mark.parametrize(
    ("argv", "requires", "found"),
    [
        (["python3", "-m", "pytest"], ["python3"], ["pytest"]),
        (["python3", "-m", "pytest"], ["pytest>=7"], []),
        (["/usr/bin/gcc", "x.c"], [], ["gcc"]),
        (["gcc", "x.c"], ["g++"], []),
        (["rustc", "x.rs"], ["cargo"], []),
        (["python3", "x.py"], ["python3-six"], []),
        (["grep", "-q", "git"], [], []),
    ],
)
def test_what_a_command_starts_must_be_required(
    argv: list[str], requires: list[str], found: list[str]
) -> None:
    """This machine has it, the grader's image has not; some toolchains bring others."""
    assert not_required(argv, requires) == found


def test_an_image_takes_from_debian_what_debian_has() -> None:
    """A toolchain must be installed; a module that Debian does not have is left out and found missing."""
    text = tools_dockerfile("base", ["pytest", "python3-six"], ca=False)
    assert "python3-pytest socat &&" in text and "for p in python3-six; do ! apt-cache show $p" in text
    assert "apt-cache" not in tools_dockerfile("base", ["pytest"], ca=False)
