"""Laying out task files in an empty directory."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from cab_core.errors import BadDocument
from cab_core.records import TaskFile


def materialise(files: Iterable[TaskFile], root: Path) -> None:
    """Write the files below `root`, replacing what is there. Only listed content is ever written.

    Raises:
        BadDocument: a file's content is not what the pack's list says, or its path leaves `root`.
    """
    root.mkdir(parents=True, exist_ok=True)
    for file in files:
        target = root / _safe(file)
        _check_parents(root, target, file)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        if file.link is not None:
            target.symlink_to(file.link)
        else:
            _write(target, _content(file), 0o755 if file.executable else 0o644)


def _safe(file: TaskFile) -> PurePosixPath:
    path = PurePosixPath(file.path)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise BadDocument(file.source, [(file.path, "a task's file must lie inside the task")])
    return path


def _check_parents(root: Path, target: Path, file: TaskFile) -> None:
    """A path below a link would lead out of the task."""
    for parent in target.parents:
        if parent == root:
            return
        if parent.is_symlink():
            raise BadDocument(file.source, [(file.path, "lies below a link")])


def _content(file: TaskFile) -> bytes:
    try:
        data = Path(file.source).read_bytes()
    except OSError as exc:
        raise BadDocument(file.source, [("(file)", f"cannot be read: {exc.strerror}")]) from exc
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise BadDocument(
            file.source,
            [
                (
                    "(file)",
                    "differs from the pack's files.json; reinstall the pack, or run `cab tasks lock` on it",
                )
            ],
        )
    return data


def _write(path: Path, data: bytes, mode: int) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    with os.fdopen(fd, "wb") as file:
        file.write(data)
    path.chmod(mode)  # whatever the umask
