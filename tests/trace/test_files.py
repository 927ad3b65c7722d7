"""What a cell wrote is on disk when it was closed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cab_core.trace.asciicast import Asciicast
from cab_core.trace.files import close_on_disk
from cab_core.trace.recording import CappedLog, Recording
from cab_core.trace.spans import CellTrace


def log(directory: Path) -> None:
    """Write a log of which the middle is left out."""
    written = CappedLog(directory / "grade.log", head=10, tail=10)
    written.write(b"x" * 100)
    written.close()


def cast(directory: Path) -> None:
    """Write a recording."""
    written = Asciicast(directory / "terminal.cast")
    written.output("stdout", b"hello")
    written.close()


def recording(directory: Path) -> None:
    """Write both logs and the recording."""
    written = Recording(directory)
    written.feed("stdout", b"out\n")
    written.feed("stderr", b"err\n")
    written.close()


def rendered(directory: Path) -> None:
    """Write a recording whose last line has no end."""
    written = Recording(directory, render=str.upper)
    written.feed("stdout", b"out\nno end")
    written.close()


def spans(directory: Path) -> None:
    """Write spans."""
    written = CellTrace(directory / "spans.jsonl", "cell")
    with written.span("container", "tiny:launch"):
        pass
    written.close()


@pytest.mark.parametrize("write", [log, cast, recording, rendered, spans])
def test_a_closed_file_is_on_disk_to_its_last_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[Path], None]
) -> None:
    """The system is asked to bring each file to disk after the last byte was written to it."""
    synced: dict[str, int] = {}
    really = os.fsync

    def fsync(fd: int) -> None:
        synced[Path(os.readlink(f"/proc/self/fd/{fd}")).name] = os.fstat(fd).st_size
        really(fd)

    monkeypatch.setattr(os, "fsync", fsync)
    write(tmp_path)
    assert synced and synced == {p.name: p.stat().st_size for p in tmp_path.iterdir()}


def test_a_disk_that_fails_is_told_and_all_files_are_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing can be brought to disk, closing raises, and leaves no file of the three open."""
    before = set(os.listdir("/proc/self/fd"))
    written = Recording(tmp_path)
    written.feed("stdout", b"out\n")

    def fsync(fd: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(OSError, match="Input/output error"):
        written.close()
    assert set(os.listdir("/proc/self/fd")) == before


def test_closing_twice_writes_nothing_twice(tmp_path: Path) -> None:
    """A second close does nothing."""
    written = CappedLog(tmp_path / "log", head=5, tail=5)
    written.write(b"0123456789abcdef")
    written.close()
    kept = (tmp_path / "log").read_bytes()
    written.close()
    with (tmp_path / "other").open("w") as file:
        close_on_disk(file)
        close_on_disk(file)
    assert (tmp_path / "log").read_bytes() == kept
