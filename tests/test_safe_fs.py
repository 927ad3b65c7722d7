"""What an agent wrote is read, and nothing else."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cab_core.safe_fs import PROGRAM, BelowLink, Tree, leads_out, make_directory, open_inside
from tests.support.unprivileged import UID, environment, place, run

ELSEWHERE = "elsewhere"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A directory with a file, and beside it one with a secret of the same path."""
    for name, text in (("root", "mine"), (ELSEWHERE, "secret")):
        (tmp_path / name / "a/b").mkdir(parents=True)
        (tmp_path / name / "a/b/file").write_text(text)
    return tmp_path / "root"


def text(root: Path, path: str) -> str | None:
    """Return what is read."""
    file = open_inside(root, path)
    if file is None:
        return None
    with file:
        return file.read().decode()


def test_a_file_is_read(root: Path) -> None:
    """What the others are measured against."""
    assert text(root, "a/b/file") == text(root, "a//b/./file") == "mine"


@pytest.mark.parametrize("linked", ["a", "a/b", "a/b/file"])
def test_no_part_of_a_path_is_a_link(root: Path, linked: str) -> None:
    """Whichever part is a link to elsewhere, nothing is read there."""
    (root / linked).rename(root / "moved")
    (root / linked).symlink_to(root.parent / ELSEWHERE / linked)
    assert text(root, "a/b/file") is None


OTHER: dict[str, Callable[[Path], object]] = {
    "directory": lambda path: path.mkdir(),
    "pipe": os.mkfifo,
    "socket": lambda path: os.mknod(path, 0o140600),
}


@pytest.mark.parametrize("kind", OTHER)
def test_only_a_regular_file_is_read(root: Path, kind: str) -> None:
    """A directory, a pipe and a socket are none, and nothing waits for them."""
    OTHER[kind](root / "x")
    assert text(root, "x") is None


@given(st.lists(st.sampled_from(["..", ".", "", "/", "a", "b", "file", ELSEWHERE, "\0", "x" * 300])))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_path_leads_out(root: Path, parts: list[str]) -> None:
    """However a path is written, it opens the file or nothing, and raises nothing."""
    assert text(root, "/".join(parts)) in (None, "mine")
    assert text(root, str(root.parent / ELSEWHERE / "/".join(parts))) is None


# --- Tree, make_directory


@pytest.fixture
def umask() -> Iterator[None]:
    """A umask that leaves nothing."""
    before = os.umask(0o777)
    yield
    os.umask(before)


def mode_of(path: Path) -> int:
    """Return the permissions."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("umask")
def test_what_is_made_has_the_mode_that_was_asked_for(tmp_path: Path) -> None:
    """Whatever the umask: directories, those on the way to a file, and files."""
    make_directory(tmp_path / "a/b", parents=True)
    make_directory(tmp_path / "private", 0o700)
    Tree(tmp_path).write("c/d/file", b"")
    Tree(tmp_path).write("program", b"", PROGRAM)
    found = {str(p.relative_to(tmp_path)): mode_of(p) for p in tmp_path.rglob("*")}
    directories = dict.fromkeys(("a", "a/b", "c", "c/d"), 0o755)
    assert found == {**directories, "private": 0o700, "c/d/file": 0o644, "program": 0o755}


WRITES: dict[str, Callable[[Tree, str], object]] = {
    "write": lambda tree, path: tree.write(path, b"changed"),
    "link": lambda tree, path: tree.link(path, "changed"),
    "unlink": lambda tree, path: tree.unlink(path),
    "open": lambda tree, path: tree.open(path),
    "unlock": lambda tree, path: tree.unlock(path, 0o700),
}


@pytest.mark.parametrize("linked", ["a", "a/b"])
@pytest.mark.parametrize("write", WRITES)
def test_nothing_is_done_below_a_link(root: Path, write: str, linked: str) -> None:
    """A directory on the way that is a link is an error of its own; what it leads to stays as it is."""
    (root / linked).rename(root / "moved")
    (root / linked).symlink_to(root.parent / ELSEWHERE / linked)
    with pytest.raises(BelowLink, match=f"lies below a link, {linked[-1]}"):
        WRITES[write](Tree(root), "a/b/file")
    theirs = root.parent / ELSEWHERE / "a/b/file"
    assert theirs.read_text() == "secret" and mode_of(theirs) == 0o644


@pytest.mark.parametrize("write", ["write", "link", "unlink", "unlock"])
def test_a_link_itself_is_replaced_or_removed(root: Path, write: str) -> None:
    """The last part of a path is not followed either."""
    (root / "a/b/file").unlink()
    (root / "a/b/file").symlink_to(root.parent / ELSEWHERE / "a/b/file")
    WRITES[write](Tree(root), "a/b/file")
    assert (root.parent / ELSEWHERE / "a/b/file").read_text() == "secret"
    assert not (root / "a/b/file").is_symlink() or (root / "a/b/file").readlink() == Path("changed")


def test_a_link_is_not_read(root: Path) -> None:
    """Not even one that leads to a file beside it."""
    (root / "link").symlink_to("a/b/file")
    with pytest.raises(OSError, match="symbolic links"):
        Tree(root).open("link")


@pytest.mark.parametrize("path", ["", ".", "..", "/etc/passwd", "//x", "a/../../x", "a\0b"])
@pytest.mark.parametrize("write", WRITES)
def test_a_path_that_leads_out_is_refused(root: Path, write: str, path: str) -> None:
    """Nothing is made for one."""
    before = sorted(root.parent.rglob("*"))
    with pytest.raises(ValueError, match="no path inside"):
        WRITES[write](Tree(root), path)
    assert sorted(root.parent.rglob("*")) == before


def test_removing_makes_nothing_and_leaves_no_empty_directory(root: Path) -> None:
    """A file that is not there needs no directory; one that was the last takes its directories with it."""
    Tree(root).unlink("x/y/file")
    assert not (root / "x").exists()
    Tree(root).write("a/other", b"")
    Tree(root).unlink("a/b/file")
    assert not (root / "a/b").exists() and (root / "a/other").exists()


@pytest.mark.parametrize("kind", ["file", "link", "nothing", "locked"])
def test_a_directory_is_made_usable_again(root: Path, kind: str) -> None:
    """Whatever stands in its place, and however it is locked; what a link led to is left alone."""
    theirs = root.parent / ELSEWHERE
    theirs.chmod(0o700)
    {
        "file": lambda: (root / "x").touch(),
        "link": lambda: (root / "x").symlink_to(theirs),
        "nothing": lambda: None,
        "locked": lambda: make_directory(root / "x", 0),
    }[kind]()
    Tree(root).unlock("x")
    assert (root / "x").is_dir() and not (root / "x").is_symlink() and mode_of(root / "x") == 0o755
    assert mode_of(theirs) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
def test_a_file_that_its_owner_locked_is_read(root: Path) -> None:
    """An ordinary user who owns it reads it all the same."""
    code = """
import os, sys
from pathlib import Path
from cab_core.safe_fs import Tree
print(Tree(Path(".")).open("file").read().decode())
"""
    with place() as own:
        (own / "file").write_text("mine")
        os.chown(own / "file", UID, UID)
        (own / "file").chmod(0)
        done = run([sys.executable, "-c", code], own, environment(own))
    assert done.stdout == "mine\n", done.stderr


def test_a_directory_leads_out_where_its_links_do(tmp_path: Path) -> None:
    """By `..` or a link; a link that stays inside is followed, and what is not there is where it would be."""
    root = tmp_path / "root"
    (root / "a/b").mkdir(parents=True)
    (tmp_path / "rooted").mkdir()
    (root / "in").symlink_to("a")
    (root / "out").symlink_to(tmp_path)
    stay = ("", "a", "a/b", "in/b", "none/x", "a/../in")
    leave = ("..", "out", "out/root/../rooted", "in/../..", "../rooted", "out/x")
    assert [p for p in (*stay, *leave) if leads_out(f"{root}/{p}", root)] == list(leave)
    assert not leads_out(root, root) and not leads_out(root / "a", root / "in/..")
