"""What a power cut leaves of a runs directory: every verdict that was told, and nothing that cannot be read."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from cab_core.durable import make_directories, rename, sync_files, write_whole
from cab_core.store.cells import Store, read_evidence
from tests.support.power import Disk
from tests.support.puppet import FIX, play


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    """A runs directory that is on a forgetful disk."""
    (tmp_path / "runs").mkdir()
    found = Disk(tmp_path / "runs")
    found.watch(monkeypatch)
    return found


def test_a_verdict_that_was_told_is_there_with_all_its_evidence(tmp_path: Path, disk: Disk) -> None:
    """After the cell's end a power cut takes nothing: every file of it has the bytes that it had."""
    directory, result = play(disk.root, FIX)
    image = disk.image(tmp_path / "image")
    [(kept, found)] = Store(image).standing()
    assert found == result
    for file in directory.iterdir():
        assert (kept / file.name).read_bytes() == file.read_bytes(), file.name
    assert read_evidence(kept) == read_evidence(directory)


def test_at_no_moment_is_there_what_cannot_be_read(tmp_path: Path, disk: Disk) -> None:
    """At each moment at which something was brought to disk: either the whole cell is there or none."""
    numbers = itertools.count()
    counts = []

    def look() -> None:
        image = disk.image(tmp_path / f"image{next(numbers)}")
        counts.append(len([read_evidence(path) for path, _ in Store(image).standing()]))

    disk.after_each = look
    play(disk.root, FIX)
    assert counts == sorted(counts) and counts[-1] == 1 and len(counts) > 10


def test_a_second_try_takes_nothing_from_the_first(tmp_path: Path, disk: Disk) -> None:
    """The first is there before, while and after the second is written."""
    play(disk.root, FIX)
    numbers, tries = itertools.count(), []

    def look() -> None:
        image = disk.image(tmp_path / f"image{next(numbers)}")
        tries.append(len(list(image.rglob("cell.json"))))
        assert list(Store(image).standing())

    disk.after_each = look
    play(disk.root, FIX)
    assert tries[0] == 1 and tries[-1] == 2


def test_a_file_is_replaced_whole(tmp_path: Path, disk: Disk) -> None:
    """At each moment the old text is there, or the new one."""
    write_whole(disk.root / "file", "old")
    numbers, seen = itertools.count(), []
    disk.after_each = lambda: seen.append(
        (disk.image(tmp_path / f"image{next(numbers)}") / "file").read_text()
    )
    write_whole(disk.root / "file", "new")
    assert set(seen) == {"old", "new"} and seen[-1] == "new"


def test_directories_are_there_with_all_that_lead_to_them(tmp_path: Path, disk: Disk) -> None:
    """Each level's name is on disk."""
    make_directories(disk.root / "a/b/c")
    assert (disk.image(tmp_path / "image") / "a/b/c").is_dir()


def test_a_renamed_directory_has_its_new_name_and_its_files(tmp_path: Path, disk: Disk) -> None:
    """Bytes, names, and the name of the directory itself."""
    make_directories(disk.root / "1.part")
    (disk.root / "1.part/log").write_text("said")
    sync_files(disk.root / "1.part")
    rename(disk.root / "1.part", disk.root / "1")
    assert (disk.image(tmp_path / "image") / "1/log").read_text() == "said"


def test_what_was_not_synced_is_not_there(tmp_path: Path, disk: Disk) -> None:
    """The disk of these tests forgets: else they would prove nothing."""
    (disk.root / "file").write_text("x")
    assert list(disk.image(tmp_path / "image").iterdir()) == []
