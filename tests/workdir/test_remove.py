"""What an agent filled is removed, whatever is in it; where little is there, without a process."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cab_core.workdir.remove import remove_tree


def deep(path: Path) -> None:
    """Make more levels than Python recurses."""
    for _ in range(1200):
        (path / "d").mkdir()
        path = path / "d"
        if len(str(path)) > 3000:
            return


def unwritable(path: Path) -> None:
    """Make a directory that may not be changed, with a file in it."""
    (path / "d").mkdir()
    (path / "d/f").write_text("x")
    (path / "d").chmod(0o500)


def many(path: Path) -> None:
    """Make more files than are removed one by one."""
    for number in range(300):
        (path / str(number)).write_text("x")


def linked(path: Path) -> None:
    """Make links to a directory outside, and to nothing."""
    (path.parent / "outside").mkdir()
    (path.parent / "outside/kept").write_text("x")
    (path / "l").symlink_to("../outside")
    (path / "m").symlink_to("nowhere")


def odd(path: Path) -> None:
    """Make a name that is no text, a pipe, and a socket's sort of thing."""
    Path(os.fsdecode(os.fsencode(path) + b"/\xff\n")).write_text("x")
    os.mkfifo(path / "pipe")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The commands that are run from now on."""
    found: list[Any] = []
    run = subprocess.run

    def noted(argv: Any, **more: Any) -> Any:
        found.append(argv)
        return run(argv, **more)

    monkeypatch.setattr(subprocess, "run", noted)
    return found


@pytest.mark.parametrize(
    ("fill", "few"), [(deep, None), (unwritable, None), (many, False), (linked, True), (odd, True)]
)
def test_it_is_gone(
    fill: Callable[[Path], None], few: bool | None, tmp_path: Path, started: list[Any]
) -> None:
    """And what a link leads to is there."""
    (tmp_path / "made").mkdir()
    fill(tmp_path / "made")
    remove_tree(tmp_path / "made")
    assert not os.path.lexists(tmp_path / "made")
    assert fill is not linked or (tmp_path / "outside/kept").exists()
    assert few is None or few == (not started)


def test_what_is_not_there_is_no_trouble(tmp_path: Path) -> None:
    """As for rm -f."""
    remove_tree(tmp_path / "none")
