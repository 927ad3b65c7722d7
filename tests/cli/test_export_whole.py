"""What is exported is there whole or not at all, whatever else happens to the place meanwhile."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cab_core.cli.export_whole import whole_directory, whole_file
from cab_core.errors import UserError


def test_a_directory_comes_into_its_place_at_once(tmp_path: Path) -> None:
    """New or empty, or at the end of a link; with the mode that any directory gets."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "led")
    (tmp_path / "usual").mkdir()
    for name in ("new", "empty", "link", "deep/er"):
        with whole_directory(tmp_path / name) as part:
            (part / "a").write_text("a")
            assert not (tmp_path / name / "a").exists()
        assert os.listdir(tmp_path / name) == ["a"]
        assert (tmp_path / name).stat().st_mode == (tmp_path / "usual").stat().st_mode
    assert sorted(os.listdir(tmp_path)) == ["deep", "empty", "led", "link", "new", "usual"]


def test_of_two_exports_at_once_one_is_there(tmp_path: Path) -> None:
    """The other is refused, and leaves nothing."""
    with pytest.raises(UserError, match="is not empty"), whole_directory(tmp_path / "x") as part:
        (part / "late").write_text("")
        with whole_directory(tmp_path / "x") as other:
            (other / "first").write_text("")
    assert os.listdir(tmp_path) == ["x"] and os.listdir(tmp_path / "x") == ["first"]


def test_an_interrupt_leaves_nothing(tmp_path: Path) -> None:
    """Neither a part nor a directory."""
    with pytest.raises(KeyboardInterrupt), whole_directory(tmp_path / "x") as part:
        (part / "a").write_text("")
        raise KeyboardInterrupt
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize(
    ("out", "said"),
    [
        (".", "is where you stand"),
        ("/proc", "or a mount"),
        ("file", "is no directory"),
        ("file/x", "cannot be written"),
        ("x" * 300, "cannot be written: File name too long"),
    ],
)
def test_a_place_that_cannot_be_meant_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: str, said: str
) -> None:
    """Before anything is written."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("kept")
    with pytest.raises(UserError, match=said), whole_directory(Path(out)):
        raise AssertionError("begun")
    assert os.listdir(tmp_path) == ["file"] and (tmp_path / "file").read_text() == "kept"


def test_a_file_s_name_that_is_too_long_is_told(tmp_path: Path) -> None:
    """As any other place that cannot be had."""
    with pytest.raises(UserError, match="File name too long"), whole_file(tmp_path / ("x" * 300)):
        raise AssertionError("begun")
