"""The list of files that a pack ships, `files.json`.

Wheels drop ignored files, follow links and compile caches into data directories; so a pack says what
it consists of, and nothing else is ever hashed or copied.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal, get_args

import attrs

from cab_core.errors import BadDocument
from cab_core.records import Environment, TaskFile, to_json
from cab_core.records.task import Section
from cab_core.safe_fs import leads_out

from .documents import read_document

LIST_NAME = "files.json"
ENVIRONMENT = "environment"  # directory beside the tasks: what a pack's image is made with
CHANGED = "differs from the pack's files.json; reinstall the pack, or run `cab tasks lock` on it"
SECTIONS: tuple[str, ...] = get_args(Section)
LARGEST = 512 << 20  # bytes of a task's files together: a sandbox must hold them, and the agent's too
_AT_ONCE = 1 << 20  # bytes of a file that is read whole, which is quicker than block by block
_OUTSIDE = "lies outside of the pack"
CACHES = {"__pycache__", ".git", ".pytest_cache", ".mypy_cache", ".ruff_cache"}


@attrs.frozen(kw_only=True)
class Listed:
    """One file of the list. `link` is the target of a symbolic link, whose `sha256` is of that text."""

    sha256: str
    executable: bool = False
    link: str | None = None


Files = dict[str, Listed]  # by the path relative to the pack


@attrs.frozen(kw_only=True)
class FileList:
    """The content of `files.json`: path relative to the pack, with `/`."""

    schema_version: Literal[1] = 1
    files: Files = attrs.field(factory=dict)


@attrs.frozen
class ByTask:
    """What a pack's list names: the files of each task, and those that its image is made with."""

    tasks: dict[str, Files]
    environment: Files


def read_list(root: Path) -> ByTask | None:
    """Return what a pack's list names; None where it has none, as in development."""
    path = root / LIST_NAME
    return _by_task(read_document(path, FileList)) if path.exists() else None


def task_names(root: Path) -> list[str]:
    """Return the tasks below `root`, by looking."""
    return sorted(p.parent.name for p in root.glob("*/task.toml"))


def walk(root: Path, task: str) -> Files:
    """Return the files that belong to a task, by looking.

    Raises:
        BadDocument: one cannot be read, is neither file nor link, or is too large.
    """
    return {path: _looked_at(root / path) for path in sorted(_task_files(root, task))}


def walk_environment(root: Path) -> Files:
    """Return the files that a pack's image is made with, by looking; a directory with a task is none of them.

    Raises:
        BadDocument: as for `walk`.
    """
    place = root / ENVIRONMENT
    paths = [] if (place / "task.toml").exists() else sorted(_below(root, place))
    return {path: _looked_at(root / path) for path in paths}


def _looked_at(path: Path) -> Listed:
    try:
        return look(path)
    except OSError as exc:
        raise BadDocument(str(path), [("(file)", f"cannot be read: {exc.strerror}")]) from exc


def write_list(root: Path) -> int:
    """Write `files.json` anew from what lies below `root`; return the number of files."""
    files = {path: entry for task in task_names(root) for path, entry in walk(root, task).items()}
    files |= walk_environment(root)
    slim = {p: {k: v for k, v in to_json(e).items() if v} for p, e in files.items()}
    text = json.dumps({"schema_version": 1, "files": slim}, indent=1, sort_keys=True)
    (root / LIST_NAME).write_text(text + "\n", encoding="utf-8")
    return len(slim)


def _task_files(root: Path, task: str) -> Iterator[str]:
    yield f"{task}/task.toml"
    for section in SECTIONS:
        yield from _below(root, root / task / section)


def inside(root: Path, files: Files) -> Files:
    """Return listed files of a pack, each of which lies in it.

    Raises:
        BadDocument: one does not: its path has `..` in it, or leads below a link that leads away.
    """
    above: dict[str, list[str]] = {}
    for path in files:
        above.setdefault(path.rpartition("/")[0], []).append(path)
    for directory, paths in above.items():
        odd = directory.startswith("/") or {"", ".", ".."} & set(directory.split("/"))
        if odd or leads_out(f"{root}/{directory}", root):
            raise BadDocument(str(root), [(ascii(paths[0])[1:-1], _OUTSIDE)])
    return files


def _below(root: Path, directory: Path) -> Iterator[str]:
    if leads_out(directory, root):
        raise BadDocument(str(directory), [("(directory)", _OUTSIDE)])
    for base, dirs, files in os.walk(directory):
        links = [d for d in dirs if Path(base, d).is_symlink()]
        dirs[:] = sorted(d for d in dirs if d not in CACHES and d not in links)
        for name in [*files, *links]:
            if not name.endswith(".pyc"):
                yield Path(base, name).relative_to(root).as_posix()


def look(path: Path | str) -> Listed:
    """Return what a list says of one file: its content, its mode, and where it leads if it is a link.

    Raises:
        OSError: it cannot be read; it is neither file nor link, as a pipe is; no task could hold it.
    """
    place = str(path)
    found = os.lstat(place)
    if stat.S_ISLNK(found.st_mode):
        target = os.readlink(place)  # noqa: PTH115
        return Listed(sha256=hashlib.sha256(os.fsencode(target)).hexdigest(), link=target)
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "neither a file nor a link", place)
    if found.st_size > LARGEST:
        raise OSError(
            errno.EFBIG, f"{found.st_size:,} bytes, more than the {LARGEST >> 20} MiB of a task", place
        )
    program = bool(found.st_mode & 0o111) and os.access(place, os.X_OK)
    return Listed(sha256=_digest(place, found.st_size), executable=program)


def _digest(place: str, size: int) -> str:
    """Return the sha256 of a file: of one that is small by few calls, since a set has a hundred thousand."""
    with open(place, "rb", buffering=0) as file:  # noqa: PTH123
        data = file.read(size + 1) if size < _AT_ONCE else None
        if data is not None and len(data) == size:
            return hashlib.sha256(data).hexdigest()
        file.seek(0)  # it is large, or of another size by now
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_unchanged(files: Iterable[TaskFile]) -> None:
    """Hold files of a task against what was listed of them.

    Raises:
        BadDocument: one is another now, or cannot be read; says what to do.
    """
    for file in files:
        try:
            found = look(Path(file.source))
        except OSError as exc:
            raise BadDocument(file.source, [("(file)", f"cannot be read: {exc.strerror}")]) from exc
        if (found.sha256, found.link, found.executable) != (file.sha256, file.link, file.executable):
            raise BadDocument(file.source, [("(file)", CHANGED)])


def _by_task(listing: FileList) -> ByTask:
    """Return the files by the directory below which they are. One with a listed `task.toml` is a task."""
    found: dict[str, Files] = {}
    for path, entry in listing.files.items():
        found.setdefault(path.partition("/")[0], {})[path] = entry
    tasks = {name: files for name, files in found.items() if f"{name}/task.toml" in files}
    return ByTask(tasks, {} if ENVIRONMENT in tasks else found.get(ENVIRONMENT, {}))


def tree_hash(listed: Files, environment: Environment | None = None) -> str:
    """Return the sha256 over path, mode and content of every file of a task, and its environment."""
    digest = hashlib.sha256(environment.digest.encode() if environment else b"")
    for path, entry in sorted(listed.items()):
        line = [path, entry.sha256, entry.executable, entry.link]
        digest.update(json.dumps(line).encode() + b"\n")
    return digest.hexdigest()
