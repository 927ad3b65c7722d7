"""What a cell starts on this machine."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.puppet import play


def test_a_local_cell_starts_a_keeper_for_each_of_its_programs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The CLI's and the grader's: what is removed, listed or written takes no process."""
    started: list[Any] = []
    popen = subprocess.Popen.__init__

    def noted(self: Any, argv: Any, *args: Any, **more: Any) -> None:
        started.append(argv)
        popen(self, argv, *args, **more)

    play(tmp_path / "runs", "call()")  # the first reads versions of toolchains
    monkeypatch.setattr(subprocess.Popen, "__init__", noted)
    play(tmp_path / "runs", "call()")
    assert len(started) == 2 and all("supervisor_main" in str(argv) for argv in started), started
