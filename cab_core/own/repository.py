"""A git repository as it was at a commit: its files out of git's own store, never out of its work tree.

So nothing that is not committed gets into a task: no cache, no build, no key in an ignored file.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs

from cab_core.errors import UserError
from cab_core.git import run_git, said_by
from cab_core.safe_fs import FILE, PROGRAM, Tree
from cab_core.tasks.listing import CACHES

LARGEST = 64 << 20  # bytes of one file; what is larger is left out
_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:ext-.*\n)*oid sha256:([0-9a-f]{64})\n"
)


@attrs.frozen
class SourceFile:
    """One file; of a symbolic link, `data` is its target."""

    data: bytes
    executable: bool = False
    link: bool = False


Files = dict[str, SourceFile]  # by path, with `/`


@attrs.frozen
class Snapshot:
    """The files of a commit. `notes` says what of it is not among them, or is not what it was."""

    files: Files
    notes: tuple[str, ...] = ()


@attrs.frozen
class _Entry:
    mode: str
    sha: str
    size: int | None  # bytes; None: a submodule
    path: str


@attrs.frozen
class Repository:
    """A git repository; `prefix` is the directory in it that was asked for, `""` or `a/b/`."""

    root: Path
    prefix: str

    @property
    def name(self) -> str:
        """What it is called: the last directory."""
        return Path(self.prefix).name or self.root.name

    def commit(self, rev: str = "HEAD") -> str:
        """Return the whole name of a commit.

        Raises:
            UserError: there is none of that name.
        """
        try:
            return git(self.root, "rev-parse", "--verify", f"{rev}^{{commit}}").decode().strip()
        except UserError as exc:
            raise UserError(f"{self.root}: there is no commit {rev!r}; expected a revision of git's") from exc

    def at(self, commit: str) -> Snapshot:
        """Return the files of a commit, with those of its submodules, as far as they are here."""
        files: Files = {}
        notes: list[str] = []
        _collect(self.root, f"{commit}:{self.prefix}", "", self.prefix, files, notes)
        return Snapshot(files, tuple(notes))


def write_files(root: Path, files: Mapping[str, SourceFile | None]) -> None:
    """Write files below `root`; None: it is not there."""
    tree = Tree(root)
    for path, file in files.items():
        if file is None:
            tree.unlink(path)
        elif file.link:
            tree.link(path, file.data.decode("utf-8", "surrogateescape"))
        else:
            tree.write(path, file.data, PROGRAM if file.executable else FILE)


def open_repository(path: Path) -> Repository:
    """Return the repository in which a directory lies.

    Raises:
        UserError: it lies in none.
    """
    if not path.is_dir():
        raise UserError(
            f"{path}: there is no such directory; expected a git repository, or a directory in one"
        )
    root = git(path, "rev-parse", "--show-toplevel").decode("utf-8", "surrogateescape").rstrip("\n")
    prefix = git(path, "rev-parse", "--show-prefix").decode("utf-8", "surrogateescape").rstrip("\n")
    if not path.resolve().is_relative_to(root):
        raise UserError(
            f"{path}: its settings (core.worktree) say that its files lie in {root}; expected its own"
        )
    return Repository(Path(root), prefix)


def git(root: Path, *argv: str, stdin: bytes = b"") -> bytes:
    """Return what a git command prints.

    Raises:
        UserError: it failed; says what git said.
    """
    done = run_git(argv, root, stdin)
    if done.returncode != 0:
        raise UserError(f"{root}: git {' '.join(argv[:3])}: {said_by(done)}")
    return done.stdout


def _collect(root: Path, treeish: str, below: str, shown: str, files: Files, notes: list[str]) -> None:
    """Take the files of a tree; `below` is where they belong, `shown` its place in the repository."""
    entries = [e for e in _entries(root, treeish) if _wanted(e, below, notes)]
    blobs = _blobs(root, [e.sha for e in entries if e.mode != "160000"])
    for entry in entries:
        place = below + entry.path
        if entry.mode == "160000":
            _submodule(root / shown / entry.path, entry.sha, place, files, notes)
            continue
        data = blobs[entry.sha]
        if (pointer := _POINTER.match(data)) and entry.mode != "120000":
            data = _stored(root, pointer[1].decode(), place, notes) or data
        files[place] = SourceFile(data, entry.mode == "100755", entry.mode == "120000")


def _entries(root: Path, treeish: str) -> Iterator[_Entry]:
    for line in git(root, "ls-tree", "-r", "-z", "-l", treeish).split(b"\0"):
        if line:
            head, _, path = line.partition(b"\t")
            mode, _, sha, size = head.decode().split()
            yield _Entry(
                mode, sha, int(size) if size.isdigit() else None, path.decode("utf-8", "surrogateescape")
            )


def _wanted(entry: _Entry, below: str, notes: list[str]) -> bool:
    parts = entry.path.split("/")
    if CACHES & set(parts) or entry.path.endswith(".pyc"):
        why = "is a cache"
    elif not _is_text(entry.path):
        why = "has a name that is not UTF-8"
    elif {"", ".", ".."} & set(parts):
        why = "lies outside"
    elif (entry.size or 0) > LARGEST:
        why = f"is larger than {LARGEST >> 20} MiB"
    else:
        return True
    notes.append(f"{_shown(below + entry.path)} {why}; it was left out")
    return False


def _is_text(path: str) -> bool:
    return not any("\ud800" <= c <= "\udfff" for c in path)


def _shown(path: str) -> str:
    return path.encode("utf-8", "backslashreplace").decode()


def _blobs(root: Path, shas: list[str]) -> dict[str, bytes]:
    said = git(root, "cat-file", "--batch", stdin="".join(f"{s}\n" for s in dict.fromkeys(shas)).encode())
    found, at = {}, 0
    for sha in dict.fromkeys(shas):
        end = said.index(b"\n", at)
        head = said[at:end].decode().split()
        if len(head) != 3:
            raise UserError(f"{root}: git has no object {sha}; fetch the whole repository first")
        found[sha] = said[end + 1 : end + 1 + int(head[2])]
        at = end + 2 + int(head[2])
    return found


def _submodule(root: Path, sha: str, place: str, files: Files, notes: list[str]) -> None:
    try:
        if not (root / ".git").exists():
            raise UserError("it is not checked out")
        _collect(root, f"{sha}:", f"{place}/", "", files, notes)
    except UserError as exc:
        notes.append(f"submodule {place}: {exc}; its files were left out")


def _stored(root: Path, oid: str, place: str, notes: list[str]) -> bytes | None:
    """Return what a pointer of Git LFS stands for, or None where that was never fetched."""
    own = git(root, "rev-parse", "--git-common-dir").decode("utf-8", "surrogateescape").rstrip("\n")
    stored = root / own / "lfs/objects" / oid[:2] / oid[2:4] / oid
    if stored.is_file() and stored.stat().st_size <= LARGEST:
        data = stored.read_bytes()
        if hashlib.sha256(data).hexdigest() == oid:  # else it may be any file of this machine
            return data
    notes.append(f"{place} is a pointer of Git LFS whose content is not here; the pointer was taken")
    return None
