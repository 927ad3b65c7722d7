"""Manifests and their comparison."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cab_core.workdir.compare import compare
from cab_core.workdir.manifest import Manifest, take_manifest
from cab_core.workdir.remove import remove_tree
from tests.support.trees import deepen


def test_the_same_tree_has_no_changes(tmp_path: Path) -> None:
    """Touching files without changing them is no change."""
    (tmp_path / "a").write_text("x")
    before = take_manifest(tmp_path)
    os.utime(tmp_path / "a")
    assert compare(before, take_manifest(tmp_path)).changes == ()


def test_kinds_of_change(tmp_path: Path) -> None:
    """Added, removed, modified, a changed mode, a file that became a directory."""
    for name in ("gone", "content", "mode", "turned"):
        (tmp_path / name).write_text(name)
    before = take_manifest(tmp_path)
    (tmp_path / "gone").unlink()
    (tmp_path / "content").write_text("other")
    (tmp_path / "mode").chmod(0o755)
    (tmp_path / "turned").unlink()
    (tmp_path / "turned").mkdir()
    (tmp_path / "turned" / "new").write_text("n")
    changes = compare(before, take_manifest(tmp_path))
    assert changes.paths("added") == ["turned/new"]
    assert changes.paths("removed") == ["gone", "turned"]
    assert changes.paths("modified") == ["content", "mode"]


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    """A sparse file of 8 TB is listed at once, without a hash, and a change of it is still seen."""
    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.truncate(8 << 40)
    before = take_manifest(tmp_path)
    assert before.entries["huge"].sha256 is None and "not read" in before.notes[0]
    os.utime(path, ns=(1, 1))
    assert compare(before, take_manifest(tmp_path)).paths("modified") == ["huge"]


TREES = st.dictionaries(st.sampled_from(["a", "b", "c/d", "c/e", "f"]), st.binary(max_size=5), max_size=5)


@settings(max_examples=30)
@given(TREES, TREES)
def test_changes_are_the_difference(tmp_path_factory, old: dict, new: dict) -> None:
    """For any two trees, the changed paths are exactly those whose content differs."""
    roots = [tmp_path_factory.mktemp("tree") for _ in range(2)]
    for root, tree in zip(roots, (old, new), strict=True):
        for path, data in tree.items():
            (root / path).parent.mkdir(exist_ok=True)
            (root / path).write_bytes(data)
    changed = {c.path for c in compare(take_manifest(roots[0]), take_manifest(roots[1])).changes}
    assert changed == {p for p in old.keys() | new.keys() if old.get(p) != new.get(p)}


def test_git_is_never_counted(tmp_path: Path) -> None:
    """Nothing below a .git counts, wherever it lies; that one appeared is told."""
    (tmp_path / "sub/.git").mkdir(parents=True)
    (tmp_path / "sub/.git/HEAD").write_text("x")
    changes = compare(Manifest(), take_manifest(tmp_path))
    assert changes.changes == () and changes.extra_git_dir


def test_any_directory_can_be_removed(tmp_path: Path) -> None:
    """A locked directory and a tree deeper than Python's recursion are removed."""
    top = tmp_path / "top"
    (top / "locked").mkdir(parents=True)
    (top / "locked" / "x").write_text("x")
    (top / "locked").chmod(0)
    deepen(top, "d", 1500)
    remove_tree(top)
    assert not top.exists()


def test_holes_are_not_read(tmp_path: Path) -> None:
    """Many sparse files cost nothing: they are known by size and time alone."""
    for number in range(50):
        with (tmp_path / str(number)).open("wb") as file:
            file.truncate(1 << 30)
    manifest = take_manifest(tmp_path)
    assert {e.sha256 for e in manifest.entries.values()} == {None} and len(manifest.notes) == 50


def test_names_without_end_are_looked_at_in_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names may be long and of anything, six bytes of JSON a byte: there is a limit on all of them together."""
    monkeypatch.setattr("cab_core.workdir.manifest.NAMES", 100_000)
    for i in range(200):
        (tmp_path / os.fsdecode(b"\xff" * 200 + str(i).encode())).touch()
    found = take_manifest(tmp_path)
    assert 50 < len(found.entries) < 100 and len(json.dumps(list(found.entries))) < 100_000
    assert found.notes == [f"more than {len(found.entries)} entries; the rest was not looked at"]


def test_what_was_not_looked_at_is_not_called_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there are more entries than are looked at, nothing is known of the others, and that is said."""
    (tmp_path / "z").touch()
    before = take_manifest(tmp_path)
    monkeypatch.setattr("cab_core.workdir.manifest.MAX_ENTRIES", 3)
    for name in "abcd":
        (tmp_path / name).touch()
    changes = compare(before, take_manifest(tmp_path))
    assert (changes.cut, changes.paths("added"), changes.paths("removed")) == (True, ["a", "b", "c"], [])


def test_notes_without_end_are_counted(tmp_path: Path) -> None:
    """Thousands of files that are not read make fifty notes, and the number of the others."""
    for i in range(70):
        with (tmp_path / str(i)).open("wb") as file:
            file.truncate(17 << 20)
    notes = take_manifest(tmp_path).notes
    assert len(notes) == 51 and notes[-1] == "and 20 more of the kind"
