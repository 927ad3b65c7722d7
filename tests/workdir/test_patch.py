"""The patch of what an agent changed: where it cannot be made, nothing else suffers."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from cab_core.records import Changes
from cab_core.redaction import Redactor
from cab_core.workdir import patch
from cab_core.workdir.compare import compare
from cab_core.workdir.deciding import Deciding
from cab_core.workdir.manifest import take_manifest


@pytest.mark.parametrize(
    ("git", "says"),
    [
        ("sleep 60", "git was not done with it after 0.2 s"),
        ("echo odd >&2; exit 128", "git diff failed: odd"),
    ],
    ids=["slow", "failing"],
)
def test_what_git_cannot_compare_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, git: str, says: str
) -> None:
    """An agent can make lines that take git hours: that is a note, and no trouble of the machinery."""
    before, after, programs = (tmp_path / name for name in ("before", "after", "bin"))
    for directory in (before, after, programs):
        directory.mkdir()
    (after / "new").write_text("x\n")
    (programs / "git").write_text(f"#!/bin/sh\n{git}\n")
    (programs / "git").chmod(0o755)
    monkeypatch.setitem(patch._GIT_ENV, "PATH", f"{programs}:{patch._GIT_ENV['PATH']}")
    monkeypatch.setattr(patch, "PATIENCE_S", 0.2)
    changes = patch.write_patch(
        compare(take_manifest(before), take_manifest(after)), before, after, tmp_path / "p", tmp_path / "s"
    )
    assert (changes.left_out_of_patch, changes.changes[0].lines_added) == (("new",), None)
    assert says in changes.notes[-1] and (tmp_path / "p").read_bytes() == b""


def test_of_very_many_files_the_task_s_own_come_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An agent that makes more files than a patch holds leaves out what it made, not what it changed."""
    monkeypatch.setattr(patch, "MAX_FILES", 3)
    before, after = tmp_path / "before", tmp_path / "after"
    for directory in (before, after):
        directory.mkdir()
    (before / "z.py").write_text("old\n")
    (after / "z.py").write_text("new\n")
    for number in range(5):
        (after / f"a{number}").write_text("x")
    found = compare(take_manifest(before), take_manifest(after))
    changes = patch.write_patch(found, before, after, tmp_path / "p", tmp_path / "s")
    assert changes.left_out_of_patch == ("a2", "a3", "a4")
    assert "+new" in (tmp_path / "p").read_text()


def test_what_must_not_be_written_is_in_no_content_and_no_name(tmp_path: Path) -> None:
    """Text, binary, names and where links lead; the patch applies, and what it makes holds the marks."""
    secret = b"sk-4fQ7xT29bLmZ0kVwEr81"
    before, after = tmp_path / "before", tmp_path / "after"
    for directory in (before, after):
        directory.mkdir()
    name = secret.decode()
    (after / "text").write_bytes(b"one\n" + secret + b"\n")
    (after / "binary").write_bytes(b"\0\1" + secret + b"\0")
    (after / name).write_bytes(b"x\n")
    (after / "link").symlink_to(f"/nowhere/{name}")
    found = compare(take_manifest(before), take_manifest(after))
    clean = Redactor({name: "[key]"}).data
    changes = patch.write_patch(found, before, after, tmp_path / "p", tmp_path / "s", clean=clean)
    assert {c.path: c.lines_added for c in changes.changes} == {"text": 2, "binary": None, name: 1, "link": 1}
    subprocess.run(["git", "apply", "-p1", str(tmp_path / "p")], cwd=before, check=True)
    assert (before / "text").read_bytes() == b"one\n[key]\n"
    assert (before / "binary").read_bytes() == b"\0\1[key]\0"
    assert (before / "[key]").read_bytes() == b"x\n"
    assert str((before / "link").readlink()) == "/nowhere/[key]"


FIRST = Deciding({"expected": ("z/new.py",)}, own=["z.py"])


def made(tmp_path: Path) -> Callable[[], Changes]:
    """Make a fix beside junk that sorts before it; returns what writes its patch."""
    before, after = tmp_path / "before", tmp_path / "after"
    for directory in (before, after / "z"):
        directory.mkdir(parents=True)
    (before / "z.py").write_text("old\n")
    (after / "z.py").write_text("new\n")
    (after / "z/new.py").write_text("fix\n")
    for number in range(5):
        (after / f"a{number}").write_text("junk\n")
    found = compare(take_manifest(before), take_manifest(after))
    return lambda: patch.write_patch(found, before, after, tmp_path / "p", tmp_path / "s", FIRST)


def test_a_new_file_that_is_expected_comes_before_junk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What decides is in the patch, however little space there is."""
    monkeypatch.setattr(patch, "MAX_FILES", 2)
    changes = made(tmp_path)()
    assert set(changes.left_out_of_patch) == {f"a{n}" for n in range(5)}
    assert "+fix" in (tmp_path / "p").read_text() and "+new" in (tmp_path / "p").read_text()


def test_junk_that_git_cannot_compare_takes_no_fix_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where git does not come to its end with everything, it is asked for what decides."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "git").write_text(
        f'#!/bin/sh\n[ -e b/a0 ] && exec sleep 60\nexec {shutil.which("git")} "$@"\n'
    )
    (programs / "git").chmod(0o755)
    write = made(tmp_path)
    monkeypatch.setitem(patch._GIT_ENV, "PATH", f"{programs}:{patch._GIT_ENV['PATH']}")
    monkeypatch.setattr(patch, "PATIENCE_S", 2)
    changes = write()
    assert set(changes.left_out_of_patch) == {f"a{n}" for n in range(5)}
    assert "+fix" in (tmp_path / "p").read_text()
    assert {c.path: c.lines_added for c in changes.changes if c.lines_added} == {"z.py": 1, "z/new.py": 1}
    assert "git was not done" in changes.notes[-1]


def test_a_file_that_cannot_be_copied_is_left_out(tmp_path: Path) -> None:
    """One that is gone again, or cannot be read: no half of it is in the patch."""
    write = made(tmp_path)
    (tmp_path / "after/z.py").unlink()
    changes = write()
    assert changes.left_out_of_patch == ("z.py",) and "z.py" not in (tmp_path / "p").read_text()
