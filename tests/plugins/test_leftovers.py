"""What an adapter reads of what a CLI left: bounded, through no link, and nothing is raised."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cab_core.plugins.protocols import Leftovers
from cab_core.records import Job

JOB = Job(prompt="p", model="m", endpoint="e", token="t", home="/h", workdir="/w", deadline_s=1)


def left(home: Path) -> Leftovers:
    """Return leftovers with this HOME."""
    return Leftovers(job=JOB, home=home, exit_code=0, stdout="", stderr="")


@pytest.mark.parametrize(
    "make",
    [
        lambda p: None,
        os.mkfifo,
        os.mkdir,
        lambda p: os.symlink("/etc/passwd", p),
        lambda p: os.symlink(p, p),
    ],
    ids=["nothing", "pipe", "directory", "link out", "link in a loop"],
)
def test_what_is_no_file_is_none(tmp_path: Path, make: Callable[[Path], None]) -> None:
    """Whatever stands in its place."""
    make(tmp_path / "f")
    assert left(tmp_path).read("f") is None and left(tmp_path).open("f") is None
    assert not left(tmp_path).is_cut("f")


@pytest.mark.parametrize("path", ["../beside", "/etc/passwd", "", "a\0b", "x" * 5000, "f/below"])
def test_no_path_leads_out_or_raises(tmp_path: Path, path: str) -> None:
    """Nor one that no system takes."""
    (tmp_path / "beside").write_text("x")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "f").touch()
    assert left(tmp_path / "home").read(path) is None


def test_a_home_that_is_gone_holds_nothing(tmp_path: Path) -> None:
    """Nor does one that is no directory."""
    (tmp_path / "f").touch()
    assert left(tmp_path / "gone").read("f") is None and left(tmp_path / "f").read("f") is None


def test_what_is_larger_than_is_read_is_said(tmp_path: Path) -> None:
    """So that nobody takes a part for the whole; any bytes are text."""
    (tmp_path / "f").write_bytes(b"\xff2345")
    found = left(tmp_path)
    assert (found.read("f", 3), found.is_cut("f", 4), found.is_cut("f", 5)) == ("\ufffd23", True, False)
