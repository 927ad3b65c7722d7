"""Local clones of repositories, bare or not: which commits they have, and the tree of one without history."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from cab_core.errors import UserError
from cab_core.records import TaskFile
from cab_core.records.task import Section
from cab_core.safe_fs import Tree
from cab_core.tasks.foreign import file_of, link_of

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
        UserError: git cannot read it.
    """
    entries = list(_entries(_git(clone, ["ls-tree", "-rz", "--full-tree", commit])))
    asked = "".join(f"{sha}\n" for _, sha, _ in entries)
    contents = _contents(_git(clone, ["cat-file", "--batch"], asked.encode()))
    return [_file(mode, path, data) for (mode, _, path), data in zip(entries, contents, strict=True)]


def patched(files: Sequence[TaskFile], patch: str, section: Section) -> list[TaskFile]:
    """Return what a patch makes of the files that it touches, as files of `section`; what it removes is none.

    Raises:
        UserError: git cannot apply it.
    """
    paths = touched(patch)
    before = {f.path: f for f in files if f.path in paths}
    with tempfile.TemporaryDirectory(prefix="cab-patch-") as scratch:
        tree = Tree(Path(scratch))
        for path, file in before.items():
            if file.link is None:
                tree.write(path, Path(file.source).read_bytes())
        argv = ["git", "apply", "--whitespace=nowarn", "-"]
        env = {"GIT_CEILING_DIRECTORIES": str(Path(scratch).parent), "GIT_CONFIG_GLOBAL": "/dev/null"}
        _run(argv, patch.encode("utf-8", "surrogateescape"), Path(scratch), env)
        made = [p for p in paths if Path(scratch, p).is_file() and not Path(scratch, p).is_symlink()]
        return [_of(tree, section, path, before.get(path)) for path in made]


def touched(patch: str) -> list[str]:
    """Return the paths that a patch names, each once."""
    found = (plain or quoted.encode().decode("unicode_escape") for plain, quoted in _TOUCHED.findall(patch))
    return list(dict.fromkeys(found))


def _of(tree: Tree, section: Section, path: str, before: TaskFile | None) -> TaskFile:
    with tree.open(path) as file:
        return file_of(section, path, file.read(), before is not None and before.executable)


def _entries(listed: bytes) -> Iterator[tuple[bytes, str, str]]:
    for line in listed.split(b"\0")[:-1]:
        head, _, path = line.partition(b"\t")
        mode, _, sha = head.split()
        if mode in (_FILE, _PROGRAM, _LINK):
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
    # Whoever owns the clone: nothing of its configuration is run by what is asked of it.
    return _run(["git", "-c", "safe.directory=*", "-C", str(clone), *argv], given, Path("/"), {})


def _run(argv: Sequence[str], given: bytes, cwd: Path, env: dict[str, str]) -> bytes:
    try:
        done = subprocess.run(
            argv, input=given, cwd=cwd, env={**os.environ, **env}, capture_output=True, check=False
        )
    except OSError as exc:
        raise UserError(f"git cannot be started: {exc.strerror}; on Debian: apt-get install git") from exc
    if done.returncode != 0:
        raise UserError(f"git {argv[-1]}: {done.stderr.decode('utf-8', 'replace').strip()[:300]}")
    return done.stdout
