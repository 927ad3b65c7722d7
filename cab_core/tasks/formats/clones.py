"""Local clones of repositories, bare or not: which commits they have, and the tree of one without history."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from cab_core.errors import UserError
from cab_core.git import COPIES, copies, run_git, said_by
from cab_core.records import TaskFile
from cab_core.records.task import Section
from cab_core.safe_fs import Tree
from cab_core.tasks.foreign import file_of, link_of
from cab_core.tasks.listing import LARGEST

_FILE, _PROGRAM, _LINK = b"100644", b"100755", b"120000"  # any other mode is a submodule: not of this tree
_TOUCHED = re.compile(r'^(?:---|\+\+\+) (?:[ab]/([^\t\n]+)|"[ab]/((?:[^"\\]|\\.)+)")', re.M)


def is_clone(path: Path) -> bool:
    """Return whether a directory is a repository of git's."""
    return (path / ".git").exists() or ((path / "HEAD").is_file() and (path / "objects").is_dir())


def commits_in(clone: Path, commits: Iterable[str]) -> set[str]:
    """Return those of the commits that a clone has, by one process for all."""
    asked = "".join(f"{c}^{{commit}}\n" for c in commits if re.fullmatch(r"[0-9a-f]{7,64}", c))
    lines = _git(clone, ["cat-file", "--batch-check"], asked.encode()).decode().splitlines()
    pairs = zip(asked.splitlines(), lines, strict=False)
    return {a.partition("^")[0] for a, said in pairs if not said.endswith("missing")}


def tree_at(clone: Path, commit: str) -> list[TaskFile]:
    """Return the files of a commit as those of a work dir, without its submodules.

    Raises:
        UserError: git cannot read it, or no task could hold it.
    """
    entries = list(_entries(_git(clone, ["ls-tree", "-rzl", "--full-tree", commit])))
    asked = "".join(f"{sha}\n" for _, sha, _ in entries)
    contents = _contents(_git(clone, ["cat-file", "--batch"], asked.encode()))
    return [_file(mode, path, data) for (mode, _, path), data in zip(entries, contents, strict=True)]


def patched(files: Sequence[TaskFile], patch: str, section: Section) -> list[TaskFile]:
    """Return what a patch makes of the files that it touches, as files of `section`; what it removes is none.

    Raises:
        UserError: git cannot apply it.
    """
    if copies(_bytes(patch)):
        raise UserError(f"the patch {COPIES}")
    paths = touched(patch)
    before = {f.path: f for f in files if f.path in paths}
    with tempfile.TemporaryDirectory(prefix="cab-patch-") as scratch:
        tree = Tree(Path(scratch))
        for path, file in before.items():
            if file.link is None:
                tree.write(path, Path(file.source).read_bytes())
        done = run_git(["apply", "--whitespace=nowarn", "-"], Path(scratch), _bytes(patch), nowhere=True)
        if done.returncode != 0:
            raise UserError(f"git apply: {said_by(done)}")
        made = (_of(tree, section, path, before.get(path)) for path in paths)
        return [file for file in made if file is not None]


def touched(patch: str) -> list[str]:
    """Return the paths that a patch names, each once."""
    found = (plain or _unquoted(quoted) for plain, quoted in _TOUCHED.findall(patch))
    return list(dict.fromkeys(found))


def _unquoted(name: str) -> str:
    """Return a name that git has quoted, byte by byte; one that it has not, as it stands."""
    try:
        return _bytes(name).decode("unicode_escape").encode("latin-1").decode("utf-8")
    except UnicodeError:
        return name


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _of(tree: Tree, section: Section, path: str, before: TaskFile | None) -> TaskFile | None:
    """Return what a patch made of a file; None: it is none any more, or nowhere in the tree."""
    try:
        with tree.open(path) as file:
            return file_of(section, path, file.read(), before is not None and before.executable)
    except (OSError, ValueError):
        return None


def _entries(listed: bytes) -> Iterator[tuple[bytes, str, str]]:
    left = LARGEST  # a clone of a few bytes may hold files of any size
    for line in listed.split(b"\0")[:-1]:
        head, _, path = line.partition(b"\t")
        mode, _, sha, size = head.split()
        if mode in (_FILE, _PROGRAM, _LINK):
            left -= int(size) if size.isdigit() else 0
            if left < 0:
                raise UserError(f"its files are larger than the {LARGEST >> 20} MiB of a task")
            yield mode, sha.decode(), path.decode("utf-8", "surrogateescape")


def _contents(said: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(said):
        end = said.index(b"\n", at)
        head = said[at:end].split()
        if head[-1] == b"missing":
            raise UserError(f"the clone lacks object {head[0].decode()}: it is a partial one")
        size = int(head[2])
        yield said[end + 1 : end + 1 + size]
        at = end + size + 2


def _file(mode: bytes, path: str, data: bytes) -> TaskFile:
    if mode == _LINK:
        return link_of("workdir", path, data.decode("utf-8", "surrogateescape"))
    return file_of("workdir", path, data, mode == _PROGRAM)


def _git(clone: Path, argv: Sequence[str], given: bytes = b"") -> bytes:
    # Whoever owns the clone: nothing of its configuration is run.
    done = run_git(["-c", "safe.directory=*", *argv], clone, given)
    if done.returncode != 0:
        raise UserError(f"git {argv[-1]}: {said_by(done)}")
    return done.stdout
