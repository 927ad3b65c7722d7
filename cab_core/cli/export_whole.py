"""What is exported is there whole or not at all: a file, or a directory of files."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cab_core.errors import UserError


@contextlib.contextmanager
def whole_file(out: Path) -> Iterator[Path]:
    """Give a file to write to that takes the place of `out` when all is well, and is gone otherwise.

    What is there and is no file, as `/dev/null` or a pipe, is written to as it is; where `out` is a link,
    what it leads to.

    Raises:
        UserError: `out` is a directory, or cannot be written.
    """
    with _told(out):
        if out.is_dir():
            raise UserError(f"-o {out}: is a directory; expected the name of a file")
        no_file = out.exists() and not out.is_file()
    if no_file:
        yield out
        return
    target = Path(os.path.realpath(out)) if out.is_symlink() else out
    with _told(out):
        fd, name = tempfile.mkstemp(dir=target.parent, prefix=_prefix(target))
    os.close(fd)
    part = Path(name)
    try:
        yield part
        with _told(out):
            _open_to_others(part, 0o666)
            part.replace(target)
    finally:
        part.unlink(missing_ok=True)


@contextlib.contextmanager
def whole_directory(out: Path) -> Iterator[Path]:
    """Give a directory to write to that takes the place of `out` when all is well, and is gone otherwise.

    Nothing takes the place of a directory that is not empty, be it that another export has filled it
    meanwhile: files of that among these would be taken for theirs. Where `out` is a link, what it leads to.

    Raises:
        UserError: `out` is not empty, no directory of its own, or cannot be written.
    """
    target = Path(os.path.realpath(out))
    with _told(out):
        _check_place(out, target)
        target.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(dir=target.parent, prefix=_prefix(target)))
    try:
        yield part
        with _told(out):
            _open_to_others(part, 0o777)
            part.rename(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _check_place(out: Path, target: Path) -> None:
    """Look before the work whether a directory can come there: the rename after it would say the same."""
    if target == Path.cwd() or target.is_mount():
        raise UserError(f"-o {out}: is where you stand, or a mount; name a directory below it")
    if target.exists() and not target.is_dir():
        raise UserError(f"-o {out}: is no directory; expected the name of one that is new or empty")
    if target.is_dir() and any(target.iterdir()):
        raise OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY))


@contextlib.contextmanager
def _told(out: Path) -> Iterator[None]:
    """Tell what is wrong with the place, which the user chose."""
    try:
        yield
    except OSError as exc:
        if exc.errno in (errno.ENOTEMPTY, errno.EEXIST) and out.is_dir():  # XFS says the latter
            said = "is not empty; name a new directory, or remove what is in it"
        else:
            said = f"cannot be written: {exc.strerror}"
        raise UserError(f"-o {out}: {said}") from exc


def _prefix(target: Path) -> str:
    return f".{target.name[:60]}."


def _open_to_others(part: Path, mode: int) -> None:
    """Give what was made for us alone the mode that the umask leaves."""
    mask = os.umask(0)
    os.umask(mask)
    part.chmod(mode & ~mask)
