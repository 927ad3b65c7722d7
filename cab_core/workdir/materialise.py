"""Laying out task files in an empty directory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from cab_core.errors import BadDocument
from cab_core.records import TaskFile
from cab_core.safe_fs import FILE, PROGRAM, BelowLink, Tree, make_directory
from cab_core.tasks.listing import CHANGED


def materialise(files: Iterable[TaskFile], root: Path) -> None:
    """Write the files below `root`, replacing what is there. Only listed content is ever written.

    Raises:
        BadDocument: a file's content is not what the pack's list says, or its path leaves `root`.
    """
    if not root.exists():
        make_directory(root, parents=True)
    tree = Tree(root)
    for file in files:
        try:
            _place(file, tree)
        except ValueError as exc:
            raise BadDocument(file.source, [(file.path, "a task's file must lie inside the task")]) from exc
        except BelowLink as exc:
            raise BadDocument(file.source, [(file.path, "lies below a link")]) from exc


def _place(file: TaskFile, tree: Tree) -> None:
    if file.link is not None:
        tree.link(file.path, file.link)
    else:
        tree.write(file.path, _content(file), PROGRAM if file.executable else FILE)


def _content(file: TaskFile) -> bytes:
    try:
        data = Path(file.source).read_bytes()
    except OSError as exc:
        raise BadDocument(file.source, [("(file)", f"cannot be read: {exc.strerror}")]) from exc
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise BadDocument(
            file.source,
            [("(file)", CHANGED)],
        )
    return data
