"""What a recipe needs of this machine is told before anything is fetched."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cab_core.records import Recipe
from cab_core.runtimes.needs import absent_interpreter, lacking


def test_npm_and_node_are_missed_with_the_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Both are named, with Debian's packages."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert lacking(Recipe(npm=("x@1",))) == (
        "npm and node needed to install this CLI (on Debian: apt-get install npm nodejs)"
    )
    assert lacking(Recipe()) is None


def test_a_program_will_do_for_its_debian_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whoever installed it; where neither is there, the package is told."""
    (tmp_path / "dpkg-query").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "cab-test-tool").write_text("#!/bin/sh\n")
    for program in tmp_path.iterdir():
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert lacking(Recipe(apt=("cab-test-tool",))) is None
    assert "apt-get install cab-no-tool" in str(lacking(Recipe(apt=("cab-test-tool", "cab-no-tool"))))


def test_no_fitting_python_is_told() -> None:
    """It says which version is wanted."""
    assert "runs on Python <3 only" in str(lacking(Recipe(pip=("x==1",), python="<3")))


@pytest.mark.parametrize(
    ("line", "gone"),
    [
        ("#!/usr/bin/env node", "node"),
        ("#!/usr/bin/env -S node --x", "node"),
        ("#!/nowhere/python", "/nowhere/python"),
        (f"#!{sys.executable}", None),
        ("#!/usr/bin/env sh", None),
        ("\x7fELF", None),
        ("", None),
        ("#!", None),
    ],
)
def test_the_interpreter_of_a_script_must_be_there(tmp_path: Path, line: str, gone: str | None) -> None:
    """What the first line names is looked for, by name or by path."""
    (tmp_path / "cli").write_text(f"{line}\nrest\n")
    (tmp_path / "sh").write_text("#!/bin/sh\n")
    (tmp_path / "sh").chmod(0o755)
    assert absent_interpreter(str(tmp_path / "cli"), str(tmp_path)) == gone
