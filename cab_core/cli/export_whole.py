"""What is exported is there whole or not at all: a file, or a directory of files."""

from __future__ import annotations

import contextlib
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
    if out.is_dir():
        raise UserError(f"-o {out}: is a directory; expected the name of a file")
    if out.exists() and not out.is_file():
        yield out
        return
    out = Path(os.path.realpath(out)) if out.is_symlink() else out
    try:
        fd, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name[:100]}.")
    except OSError as exc:
        raise UserError(f"-o {out}: cannot be written: {exc.strerror}") from exc
    os.close(fd)
    part = Path(name)
    try:
        yield part
        mask = os.umask(0)
        os.umask(mask)
        part.chmod(0o666 & ~mask)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)


@contextlib.contextmanager
def whole_directory(out: Path) -> Iterator[Path]:
    """Give a directory to write to, whose files come into `out` when all is well, and are gone otherwise.

    What is in `out` already is not touched: files of an earlier export among these would be taken for theirs.
    Files are written inside of `out`, so that it may be a mount, or the directory that one stands in.

    Raises:
        UserError: `out` is not empty, no directory, or cannot be written.
    """
    new = not out.exists()
    try:
        out.mkdir(parents=True, exist_ok=True)
        if any(out.iterdir()):
            raise UserError(f"-o {out}: is not empty; name a new directory, or remove what is in it")
        part = Path(tempfile.mkdtemp(dir=out, prefix=".part."))
    except FileExistsError as exc:
        raise UserError(f"-o {out}: is a file; expected the name of a directory") from exc
    except OSError as exc:
        raise UserError(f"-o {out}: cannot be written: {exc.strerror}") from exc
    try:
        yield part
        for made in part.iterdir():
            made.rename(out / made.name)
    finally:
        shutil.rmtree(part, ignore_errors=True)
        if new:
            with contextlib.suppress(OSError):
                out.rmdir()  # nothing came into it
