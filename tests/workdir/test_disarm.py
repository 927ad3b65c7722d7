"""What an agent left is made fit to be read by paths."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cab_core.workdir.disarm import disarm


def test_what_would_hang_or_lead_out_is_removed(tmp_path: Path) -> None:
    """Pipes, endless devices behind links, links out by any way, and files without end; nothing else."""
    home = tmp_path / "home"
    (home / "a" / "b").mkdir(parents=True)
    (home / "a" / "file").write_text("x")
    (home / "inner").symlink_to("a/file")
    (home / "loop").symlink_to("loop")
    os.mkfifo(home / "a" / "pipe")
    (home / "zero").symlink_to("/dev/zero")
    (home / "a" / "b" / "top").symlink_to("../..")
    (home / "a" / "b" / "out").symlink_to("top/..")  # by its text it stays inside
    with (home / "holes").open("wb") as file:
        file.truncate(1 << 40)
    assert disarm(home)
    left = {str(p.relative_to(home)) for p in home.rglob("*")}
    assert left == {"a", "a/b", "a/file", "inner", "loop", "a/b/top"}


def test_more_than_can_be_looked_at_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then nothing of it may be trusted."""
    monkeypatch.setattr("cab_core.workdir.disarm.MAX_NAMES", 2)
    for name in "abc":
        (tmp_path / name).touch()
    assert not disarm(tmp_path)
