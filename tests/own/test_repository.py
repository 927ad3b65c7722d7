"""The files of a commit, out of git's own store."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from cab_core.errors import UserError
from cab_core.own.commits import commits
from cab_core.own.repository import open_repository
from tests.support.histories import git, history, with_programs

DATA = b"large as can be\n"
OID = hashlib.sha256(DATA).hexdigest()
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{OID}\nsize {len(DATA)}\n"


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with all that is odd in one."""
    root = tmp_path_factory.mktemp("odd")
    inner = history(root / "inner", ("one", {"part.txt": "of the submodule"}))
    outer = root / "outer"
    history(
        outer, ("one", {"pkg/a/crlf.py": b"a = 1\r\n", "pkg/a/größe.py": "b = 2\n", "pkg/a/big.bin": POINTER})
    )
    (outer / "pkg/a/link").symlink_to("crlf.py")
    (outer / "pkg/a/loop").symlink_to("loop")
    (outer / "pkg/a/run.sh").write_text("#!/bin/sh\n")
    (outer / "pkg/a/run.sh").chmod(0o755)
    git(outer, "submodule", "add", "-q", str(inner), "pkg/a/sub")
    history(outer, ("two", {"pkg/a/__pycache__/crlf.cpython-311.pyc": b"\0", "top.py": "c = 3\n"}))
    (outer / "pkg/a/untracked.txt").write_text("not committed")
    return outer


def test_odd_files_are_what_they_are(odd: Path) -> None:
    """Line ends, modes, links and names stay; what is not committed and what is a cache is not there."""
    repository = open_repository(odd / "pkg/a")
    found = repository.at(repository.commit())
    assert sorted(found.files) == ["big.bin", "crlf.py", "größe.py", "link", "loop", "run.sh", "sub/part.txt"]
    assert found.files["crlf.py"].data == b"a = 1\r\n"
    assert found.files["run.sh"].executable and not found.files["crlf.py"].executable
    assert [(f.link, f.data) for p, f in found.files.items() if p in ("link", "loop")] == [
        (True, b"crlf.py"), (True, b"loop"),
    ]  # fmt: skip
    assert found.files["sub/part.txt"].data == b"of the submodule"
    assert repository.name == "a" and any("is a cache" in note for note in found.notes)


def test_a_pointer_of_git_lfs_is_its_content_where_that_is_here(odd: Path) -> None:
    """Where it never was fetched, the pointer stays, and is told."""
    repository = open_repository(odd / "pkg/a")
    before = repository.at(repository.commit())
    assert before.files["big.bin"].data == POINTER.encode()
    assert any("big.bin is a pointer of Git LFS" in note for note in before.notes)
    stored = odd / ".git/lfs/objects" / OID[:2] / OID[2:4] / OID
    stored.parent.mkdir(parents=True)
    stored.write_bytes(DATA)
    assert repository.at(repository.commit()).files["big.bin"].data == DATA


def test_a_submodule_that_is_not_checked_out_is_told(odd: Path, tmp_path: Path) -> None:
    """Its files are left out."""
    git(tmp_path, "clone", "-q", str(odd), "copy")
    found = open_repository(tmp_path / "copy").at("HEAD")
    assert not any(path.startswith("pkg/a/sub") for path in found.files)
    assert any("submodule pkg/a/sub: it is not checked out" in note for note in found.notes)


def test_what_is_no_repository_is_a_users_mistake(tmp_path: Path) -> None:
    """As is a directory or a revision that is not there."""
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(UserError, match=r"not a git repository|no such directory"):
            open_repository(path)
    with pytest.raises(UserError):
        open_repository(history(tmp_path / "r", ("one", {"a": "b"}))).commit("no-such")


def test_no_program_that_a_repository_names_is_run(tmp_path: Path) -> None:
    """A monitor of files, what checks signatures, what loads objects that are lacking: all stay where they are."""
    root = history(tmp_path / "r", ("one", {"a.py": "1", "b.py": "2", "HEAD": ""}), ("two", {"a.py": "3"}))
    repository = open_repository(with_programs(root, tmp_path / "mark"))
    assert [c.changed for c in commits(repository, None)] == [("a.py",)]
    lost = git(root, "rev-parse", "HEAD:b.py")
    (root / ".git/objects" / lost[:2] / lost[2:]).unlink()
    with pytest.raises(UserError, match="git has no object"):
        repository.at("HEAD")
    assert not (tmp_path / "mark").exists()


def test_nothing_of_this_machine_is_taken_for_a_repository_s_own(tmp_path: Path) -> None:
    """Neither the repository that its settings name, nor a file to which its store of Git LFS leads."""
    other = history(tmp_path / "other", ("one", {"secret": "mine"}))
    root = history(tmp_path / "r", ("one", {"big.bin": POINTER}))
    stored = root / ".git/lfs/objects" / OID[:2] / OID[2:4] / OID
    stored.parent.mkdir(parents=True)
    stored.symlink_to(other / "secret")
    assert open_repository(root).at("HEAD").files["big.bin"].data == POINTER.encode()
    git(root, "config", "core.worktree", str(other))
    with pytest.raises(UserError, match=r"core\.worktree"):
        open_repository(root)


def test_a_path_that_leads_out_is_left_out(tmp_path: Path) -> None:
    """git itself would not check it out, but lists it."""
    root = history(tmp_path / "r", ("one", {"a": "b"}))
    blob = git(root, "rev-parse", "HEAD:a")
    git(
        root,
        "config",
        "alias.up",
        f"!printf '100644 blob {blob}\\t..\\n100644 blob {blob}\\ta\\n' | git mktree",
    )
    found = open_repository(root).at(git(root, "up"))
    assert list(found.files) == ["a"] and found.notes == (".. lies outside; it was left out",)
