"""What decides is looked at first, whatever else there is; where it may not have been, that is said."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cab_core.records import Changes
from cab_core.workdir import manifest
from cab_core.workdir.compare import compare
from cab_core.workdir.deciding import Deciding
from cab_core.workdir.manifest import take_manifest
from tests.support.trees import deepen

FIRST = Deciding(
    {"watched": ("*.lock", "conf/*"), "expected": ("stock.py", "src/*.rs"), "git": (".git", "*/.git")},
    own=["stock.py", "a[1].py", "z/own.txt"],
)


def limited(patch: pytest.MonkeyPatch, entries: int = 3, names: int = 1 << 20) -> None:
    """Let so many entries be listed, and of each kind one more."""
    patch.setattr(manifest, "MAX_ENTRIES", entries)
    patch.setattr(manifest, "_RESERVED", entries)
    patch.setattr(manifest, "NAMES", names)


def flood(root: Path, number: int = 50, name: str = "a{:03}") -> None:
    """Make files that nobody asked for."""
    for i in range(number):
        (root / name.format(i)).touch()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("stock.py", "own"),
        ("a[1].py", "own"),
        ("a1.py", "other"),
        ("src/deep/in.rs", "expected"),
        ("x.lock", "watched"),
        ("src/x.lock", "watched"),
        ("sub/.git", "git"),
        ("junk", "other"),
    ],
)
def test_each_path_is_of_the_first_kind_that_names_it(path: str, kind: str) -> None:
    """A task's own file is a name, not a pattern."""
    assert FIRST.kind(path) == kind and kind in FIRST.kinds(path)


def test_what_decides_is_listed_beside_any_number_of_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those without wildcards in any case, of the others as many as their kind may have."""
    limited(monkeypatch)
    flood(tmp_path)
    for path in ("stock.py", "z/own.txt", "z/x.lock", "z/sub/.git", "src/in.rs"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x")
    found = take_manifest(tmp_path, FIRST)
    assert {"stock.py", "z/own.txt", "z/x.lock", "z/sub/.git", "src/in.rs"} <= set(found.entries)
    assert found.unknown == {"other"} and len(found.entries) < 12


def test_a_kind_of_which_there_are_too_many_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says nothing of the other kinds."""
    limited(monkeypatch)
    flood(tmp_path, name="a{:03}.lock")
    assert take_manifest(tmp_path, FIRST).unknown == {"watched"}


def test_long_names_hide_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names have a budget of their own, and so has each kind of what decides."""
    limited(monkeypatch, entries=1000, names=10_000)
    monkeypatch.setattr(manifest, "_RESERVED", 10)
    flood(tmp_path, 200, "m{:03}" + "x" * 240)
    (tmp_path / "zz.lock").touch()
    found = take_manifest(tmp_path, FIRST)
    assert "zz.lock" in found.entries and found.unknown == {"other"}


def test_more_names_than_are_passed_over_hide_no_file_of_the_task(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is looked for by its name; of what has no plain name nothing is known."""
    monkeypatch.setattr(manifest, "MAX_NAMES", 10)
    flood(tmp_path)
    (tmp_path / "z").mkdir()
    (tmp_path / "z/own.txt").write_text("mine")
    (tmp_path / "stock.py").symlink_to("a001")
    found = take_manifest(tmp_path, FIRST)
    assert (found.entries["z/own.txt"].size, found.entries["stock.py"].target) == (4, "a001")
    assert found.unknown == {"watched", "expected", "git", "other"} and "a[1].py" not in found.entries


@pytest.mark.parametrize("place", ["link", "file"])
def test_a_file_below_a_link_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """Nor below a file: what lies elsewhere under its name is not it."""
    monkeypatch.setattr(manifest, "MAX_NAMES", 1)
    flood(tmp_path)
    (tmp_path / "other").mkdir()
    (tmp_path / "other/own.txt").touch()
    (tmp_path / "z").symlink_to("other") if place == "link" else (tmp_path / "z").touch()
    assert "z/own.txt" not in take_manifest(tmp_path, FIRST).entries


def test_what_lies_too_deep_may_be_of_any_kind_with_wildcards(tmp_path: Path) -> None:
    """But not of one that begins elsewhere."""
    deepen(tmp_path, "d", 150)
    assert take_manifest(tmp_path, FIRST).unknown == {"watched", "git", "other"}


def test_each_kind_is_read_on_its_own_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that use up what may be read of them leave what decides readable."""
    monkeypatch.setattr(manifest, "READ_LIMIT", 10)
    for name in ("a", "b", "stock.py", "x.lock"):
        (tmp_path / name).write_text("x" * 8)
    found = take_manifest(tmp_path, FIRST).entries
    assert [n for n, e in sorted(found.items()) if e.sha256 is None] == ["b"]


def test_one_file_of_many_names_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hard links spend no budget."""
    monkeypatch.setattr(manifest, "READ_LIMIT", 10)
    (tmp_path / "0").write_text("x" * 8)
    for i in range(1, 9):
        os.link(tmp_path / "0", tmp_path / str(i))
    assert len({e.sha256 for e in take_manifest(tmp_path).entries.values()} - {None}) == 1


def test_a_directory_that_its_owner_locked_is_opened(tmp_path: Path) -> None:
    """Readable and not searchable is locked, too (seen by who is not root alone)."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src/in.rs").write_text("x")
    (tmp_path / "src").chmod(0o600)
    assert take_manifest(tmp_path, FIRST).entries["src/in.rs"].sha256


def changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edit: str) -> Changes:
    """Compare a tree with what becomes of it beside a flood."""
    (tmp_path / "stock.py").write_text("old")
    (tmp_path / "z").mkdir()
    (tmp_path / "z/own.txt").write_text("mine")
    before = take_manifest(tmp_path, FIRST)
    limited(monkeypatch)
    flood(tmp_path)
    exec(edit, {"root": tmp_path})
    return compare(before, take_manifest(tmp_path, FIRST), first=FIRST)


def test_a_removed_file_of_the_task_is_known_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though the list of the others was cut."""
    found = changed(tmp_path, monkeypatch, "(root / 'z/own.txt').unlink()")
    assert found.paths("removed") == ["z/own.txt"] and found.cut and found.knows("own")


def test_a_file_that_was_not_read_and_looks_the_same_is_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no change, and nobody says that it is none."""
    (tmp_path / "stock.py").write_text("mine")
    before = take_manifest(tmp_path, FIRST)
    monkeypatch.setattr(manifest, "READ_LIMIT", 3)
    found = compare(before, take_manifest(tmp_path, FIRST), first=FIRST)
    assert found.changes == () and not found.knows("own") and not found.knows("expected")
    assert found.knows("watched")


@pytest.mark.parametrize(("name", "extra"), [("zz/.git", True), ("zz/git", False)])
def test_a_git_directory_is_seen_beside_a_flood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, extra: bool
) -> None:
    """So that one that is not there is known not to be."""
    found = changed(tmp_path, monkeypatch, f"(root / {name!r}).mkdir(parents=True)")
    assert found.extra_git_dir is extra and found.cut


def test_a_git_directory_that_may_lie_too_deep_is_unknown(tmp_path: Path) -> None:
    """Neither there nor not there."""
    before = take_manifest(tmp_path, FIRST)
    deepen(tmp_path, "d", 150)
    assert compare(before, take_manifest(tmp_path, FIRST), first=FIRST).extra_git_dir is None


NAMES = st.sampled_from(["stock.py", "a[1].py", "z/own.txt", "b", "c", "y/d", "y/e", "m.lock", "y/n.lock"])


@settings(max_examples=40)
@given(st.dictionaries(NAMES, st.binary(max_size=3), max_size=9), st.integers(1, 4), st.integers(1, 12))
def test_no_limit_hides_what_decides(
    tmp_path_factory: pytest.TempPathFactory, tree: dict[str, bytes], entries: int, passed: int
) -> None:
    """Whatever the tree and the limits: a path without wildcards is listed as without them, or a kind is unknown."""
    root = tmp_path_factory.mktemp("tree")
    for path, data in tree.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_bytes(data)
    whole = take_manifest(root, FIRST)
    with pytest.MonkeyPatch.context() as patch:
        limited(patch, entries)
        patch.setattr(manifest, "MAX_NAMES", passed)
        found = take_manifest(root, FIRST)
    for path, entry in whole.entries.items():
        assert found.entries.get(path) == entry or not (
            path in FIRST.exact or FIRST.kind(path) not in found.unknown
        )
