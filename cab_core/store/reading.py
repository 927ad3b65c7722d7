"""Reading the files of a cell directory as if a stranger had made them.

No link is followed and nothing but a regular file is opened, so neither a file from elsewhere nor a pipe is
read. No more is read than a stated bound. JSON is what its standard says: no NaN, no Infinity. What cannot
be read is a UserError that names the file.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from cab_core.errors import UserError
from cab_core.records import CellResult, CellSummary, from_json, to_json
from cab_core.records.convert import why_not
from cab_core.safe_fs import descriptor_of_regular

from .bounded_json import parse

T = TypeVar("T")

LIMIT = 128 << 20  # bytes of a record file; changes.json is the largest, some 90 MiB for 200,000 new files
LINE = 16 << 20  # bytes of one line


def opened(path: str | Path) -> io.BufferedReader | None:
    """Open a file for reading; None where there is none.

    Raises:
        UserError: it is no regular file, or cannot be read.
    """
    found = _descriptor(path)
    return os.fdopen(found[0], "rb") if found else None


def _descriptor(path: str | Path) -> tuple[int, int] | None:
    """Open a file; return its descriptor and its size."""
    try:
        fd, status = descriptor_of_regular(path)
    except (OSError, ValueError):
        if not os.path.lexists(path):
            return None
        said = "expected a regular file that can be read, no link, pipe or directory"
        raise _broken(str(path), said) from None
    return fd, status.st_size


def read_start(path: Path, limit: int) -> tuple[bytes, int]:
    """Return the first `limit` bytes of a file and the size of the whole; nothing where there is no file.

    Raises:
        UserError: it is no regular file, or cannot be read.
    """
    file = opened(path)
    if file is None:
        return b"", 0
    with file:
        return file.read(limit), os.fstat(file.fileno()).st_size


def read_whole(path: str | Path) -> bytes:
    """Return the content of a file.

    Raises:
        UserError: it is missing, too large, no regular file, or cannot be read.
    """
    found = _descriptor(path)
    if found is None:
        raise _broken(str(path), "no such file")
    fd, size = found
    try:
        if size > LIMIT:
            raise _broken(str(path), f"{size:,} bytes; expected at most {LIMIT:,}, as cab writes less")
        data = os.read(fd, size)  # a file object would cost more than the small file that is usual
        while len(data) < size and (more := os.read(fd, size - len(data))):
            data += more
        return data
    finally:
        os.close(fd)


def read_json(path: Path, cls: type[T]) -> T:
    """Return the record of a JSON file that cab wrote.

    Raises:
        UserError: it is missing, cannot be read, or is no such record.
    """
    return record_of(read_whole(path), cls, str(path))


def read_summary(path: str | Path) -> CellSummary:
    """Return the summary of a `cell.json`, of which only what it needs is looked at.

    Raises:
        UserError: it is missing, cannot be read, or is no cell's result.
    """
    from .excerpt import excerpt_of  # late: what runs a cell has no use for a second parser

    data = read_whole(path)
    return (excerpt_of(data) or record_of(data, CellResult, str(path))).summary


def read_optional(path: Path, cls: type[T]) -> T | None:
    """Return the record of a JSON file, None where there is no file.

    Raises:
        UserError: it cannot be read, or is no such record.
    """
    return read_json(path, cls) if os.path.lexists(path) else None


class TooLong(UserError):
    """A file has more than is read of it."""


def read_first(path: Path, cls: type[T]) -> tuple[tuple[T, ...], bool]:
    """Return the records of a file that has one a line, as far as it is read, and whether it goes on.

    Raises:
        UserError: the file cannot be read, or a line is no such record.
    """
    found = list[T]()
    try:
        for record in read_lines(path, cls):
            found.append(record)
    except TooLong:
        return tuple(found), True
    return tuple(found), False


def read_lines(path: Path, cls: type[T], limit: int | None = None) -> Iterator[T]:
    """Yield the records of a file that has one a line; none where there is no file.

    A last line that a killed runner left unfinished is passed over. `limit`: bytes; None: `LIMIT`.

    Raises:
        TooLong: there are more.
        UserError: the file cannot be read, or a line is no such record.
    """
    file = opened(path)
    if file is None:
        return
    with file:
        budget = most = LIMIT if limit is None else limit
        for number, line in enumerate(iter(lambda: file.readline(LINE), b""), 1):
            budget -= len(line)
            if len(line) == LINE:
                raise _broken(f"{path}:{number}", f"expected lines of less than {LINE:,} bytes")
            if budget < 0:
                raise TooLong(f"{path}:{number}: it has more than {most:,} bytes, and no more are read")
            try:
                record = record_of(line, cls, f"{path}:{number}")
            except UserError:
                if line.endswith(b"\n"):
                    raise
                return
            yield record


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """Keep the garbage collector from going through all that was read again and again, while much is read."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.freeze()  # nor does it look at them later
            gc.enable()


def check_readable(value: Any, where: str) -> None:
    """Hold a record that is to be written against what can be read again.

    Raises:
        UserError: it holds a number that is none in JSON or is out of range, or is nested too deeply.
    """
    try:
        parse(json.dumps(to_json(value)).encode())
    except ValueError as exc:
        raise UserError(f"{where}: {exc}") from exc


def _broken(where: str, said: str) -> UserError:
    return UserError(f"{where}: {said}; mend it, or take the cell's directory away")


def record_of(data: bytes, cls: type[T], where: str) -> T:
    """Return the record that JSON holds; `where` names it.

    Raises:
        UserError: it is no such record.
    """
    try:
        value = parse(data)
    except ValueError as exc:
        raise _broken(where, f"cannot be read as JSON: {exc}") from exc
    if not isinstance(value, dict):
        raise _broken(where, f"expected a {cls.__name__}, which is an object of JSON")
    try:
        return from_json(value, cls)
    except Exception as exc:
        raise _broken(where, f"not a {cls.__name__} of this version of cab: {why_not(exc)}") from exc
