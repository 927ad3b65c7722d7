"""The files of a directory that is given as a stack: a stranger's, so nothing outside of it is read."""

from __future__ import annotations

import codecs
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import attrs

from cab_core.errors import UserError
from cab_core.safe_fs import leads_out

_NOT_READ = (".git", "__pycache__")
_LARGEST = 2 << 20  # bytes of all texts together: every cell with the stack keeps them
_DECODER = codecs.getincrementaldecoder("utf-8")  # of a file that is cut the last character may be
_MOST = 1000  # files
_REMEDY = "what is large belongs into a package, which a server of a stack file brings by its recipe"


@attrs.frozen
class StackFiles:
    """Texts by path; and which files were left out, each with why."""

    texts: dict[str, str]
    left_out: tuple[str, ...]


def read_files(root: Path) -> StackFiles:
    """Read a directory.

    Raises:
        UserError: it holds more than a stack can.
    """
    texts, left_out, size = dict[str, str](), list[str](), 0
    for path in _below(root):
        name = path.relative_to(root).as_posix()
        if (why := _unreadable(path, root)) is not None:
            left_out.append(f"{name!a}: {why}" if not name.isprintable() else f"{name}: {why}")
            continue
        data = _read(path)
        try:
            texts[name] = _DECODER().decode(data, final=len(data) <= _LARGEST)
        except UnicodeDecodeError:
            left_out.append(f"{name}: it is no text in UTF-8")
            continue
        size += len(data)
        if size > _LARGEST or len(texts) > _MOST:
            raise UserError(
                f"stack {root}: more than {_LARGEST:,} bytes or {_MOST:,} files of text; {_REMEDY}"
            )
    return StackFiles(texts, tuple(left_out))


def read_text(path: Path) -> str:
    """Return the text of one file that a user named.

    Raises:
        UserError: it cannot be read, is no text, or too large.
    """
    try:
        data = _read(path)
        if len(data) <= _LARGEST:
            return data.decode()
        why = f"is larger than {_LARGEST:,} bytes"
    except OSError as exc:
        why = f"cannot be read: {exc.strerror}"
    except UnicodeDecodeError as exc:
        why = f"is not UTF-8: byte {exc.start}"
    raise UserError(f"stack {path}: {why}")


def _below(root: Path) -> Iterator[Path]:
    for base, directories, files in os.walk(root):
        directories[:] = sorted(d for d in directories if d not in _NOT_READ)
        links = [d for d in directories if Path(base, d).is_symlink()]  # which are not gone into
        yield from (Path(base, name) for name in sorted([*files, *links]))


def _unreadable(path: Path, root: Path) -> str | None:
    """Return why a file is not read; a link is followed to a regular file of the same directory."""
    if not path.relative_to(root).as_posix().isprintable():  # what is no UTF-8 is not, either
        return "its name cannot be written"
    if leads_out(path, root):
        return "it leads out of the directory"
    try:
        mode = path.stat().st_mode
    except OSError as exc:
        return f"it cannot be read: {exc.strerror}"
    return None if stat.S_ISREG(mode) else "it is no regular file"


def _read(path: Path) -> bytes:
    """Return a file; of one that is too large the beginning, which is too large, too."""
    with path.open("rb") as file:
        return file.read(_LARGEST + 1)
