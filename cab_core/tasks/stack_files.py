"""The files of a directory that is given as a stack: a stranger's, so nothing outside of it is read."""

from __future__ import annotations

import codecs
import errno
import os
from collections.abc import Iterator
from pathlib import Path

import attrs

from cab_core.errors import UserError
from cab_core.safe_fs import leads_out, read_named

_NOT_READ = (".git", "__pycache__")
_LARGEST = 2 << 20  # bytes of all texts together: every cell with the stack keeps them
_DECODER = codecs.getincrementaldecoder("utf-8")  # of a file that is cut the last character may be
_MOST = 1000  # files
_LOOKED_AT = 10_000  # files and directories, also those that are left out
_NAMED = 20  # files that are left out, by name
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
        try:
            data = _read(path, root)
            texts[name] = _DECODER().decode(data, final=len(data) <= _LARGEST)
            size += len(data)
        except _LeftOut as why:
            left_out.append(f"{name!a}: {why}" if not name.isprintable() else f"{name}: {why}")
        except UnicodeDecodeError:
            left_out.append(f"{name}: it is no text in UTF-8")
        if size > _LARGEST or len(texts) > _MOST:
            raise UserError(
                f"stack {root}: more than {_LARGEST:,} bytes or {_MOST:,} files of text; {_REMEDY}"
            )
    return StackFiles(texts, tuple(_told(left_out)))


def _told(left_out: list[str]) -> list[str]:
    """Return what every cell keeps of it: not a line for each of thousands."""
    more = len(left_out) - _NAMED
    return left_out if more <= 0 else [*left_out[:_NAMED], f"and {more:,} files more"]


def read_text(path: Path) -> str:
    """Return the text of one file that a user named.

    Where it is a link, then to one beside or below it: in a stranger's checkout it may lead to what nobody
    meant to give to an agent.

    Raises:
        UserError: it cannot be read, is no text, too large, or leads elsewhere.
    """
    if leads_out(path, path.parent):
        there = path.resolve()
        raise UserError(f"stack {path}: a link that leads out of its directory; name {there}, if it is meant")
    try:
        data = read_named(path, _LARGEST)
        if len(data) <= _LARGEST:
            return data.decode()
        why = f"is larger than {_LARGEST:,} bytes"
    except OSError as exc:
        why = f"cannot be read: {exc.strerror}"
    except UnicodeDecodeError as exc:
        why = f"is not UTF-8: byte {exc.start}"
    raise UserError(f"stack {path}: {why}")


class _LeftOut(Exception):
    """A file is not read; says why."""


def _below(root: Path) -> Iterator[Path]:
    """Yield the files, and links to directories, which are not gone into.

    Raises:
        UserError: there are too many files and directories to look at.
    """
    seen = 0
    for base, directories, files in os.walk(root):
        directories[:] = sorted(d for d in directories if d not in _NOT_READ)
        seen += len(directories) + len(files)
        if seen > _LOOKED_AT:
            raise UserError(f"stack {root}: more than {_LOOKED_AT:,} files and directories; {_REMEDY}")
        links = [d for d in directories if Path(base, d).is_symlink()]
        yield from (Path(base, name) for name in sorted([*files, *links]))


def _read(path: Path, root: Path) -> bytes:
    """Return a file; a link is followed to a regular file of the same directory.

    Raises:
        _LeftOut: it is not to be read.
    """
    if not path.relative_to(root).as_posix().isprintable():  # what is no UTF-8 is not, either
        raise _LeftOut("its name cannot be written")
    if leads_out(path, root):
        raise _LeftOut("it leads out of the directory")
    try:
        return read_named(path, _LARGEST)
    except OSError as exc:
        said = exc.strerror if exc.errno == errno.EINVAL else f"it cannot be read: {exc.strerror}"
        raise _LeftOut(said) from exc
