"""What an agent wrote is read, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cab_core.safe_fs import open_inside

ELSEWHERE = "elsewhere"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A directory with a file, and beside it one with a secret of the same path."""
    for name, text in (("root", "mine"), (ELSEWHERE, "secret")):
        (tmp_path / name / "a/b").mkdir(parents=True)
        (tmp_path / name / "a/b/file").write_text(text)
    return tmp_path / "root"


def text(root: Path, path: str) -> str | None:
    """Return what is read."""
    file = open_inside(root, path)
    if file is None:
        return None
    with file:
        return file.read().decode()


def test_a_file_is_read(root: Path) -> None:
    """What the others are measured against."""
    assert text(root, "a/b/file") == text(root, "a//b/./file") == "mine"


@pytest.mark.parametrize("linked", ["a", "a/b", "a/b/file"])
def test_no_part_of_a_path_is_a_link(root: Path, linked: str) -> None:
    """Whichever part is a link to elsewhere, nothing is read there."""
    (root / linked).rename(root / "moved")
    (root / linked).symlink_to(root.parent / ELSEWHERE / linked)
    assert text(root, "a/b/file") is None


OTHER: dict[str, Callable[[Path], object]] = {
    "directory": lambda path: path.mkdir(),
    "pipe": os.mkfifo,
    "socket": lambda path: os.mknod(path, 0o140600),
}


@pytest.mark.parametrize("kind", OTHER)
def test_only_a_regular_file_is_read(root: Path, kind: str) -> None:
    """A directory, a pipe and a socket are none, and nothing waits for them."""
    OTHER[kind](root / "x")
    assert text(root, "x") is None


@given(st.lists(st.sampled_from(["..", ".", "", "/", "a", "b", "file", ELSEWHERE, "\0", "x" * 300])))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_path_leads_out(root: Path, parts: list[str]) -> None:
    """However a path is written, it opens the file or nothing, and raises nothing."""
    assert text(root, "/".join(parts)) in (None, "mine")
    assert text(root, str(root.parent / ELSEWHERE / "/".join(parts))) is None
