"""A cell's directory as bytes, and back. What is in it was written by an agent: it is read as hostile."""

from __future__ import annotations

import io
import os
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import zstandard

from cab_core.errors import UserError
from cab_core.safe_fs import Tree, open_regular

LARGEST = 512 << 20  # bytes of all files of a cell
_FILES = 100_000
_COPY = 1 << 20
_OVERHEAD = 256 << 20  # bytes of an archive beside its files: headers, padding, long names
_CAP = f"{LARGEST >> 20} MiB, and {_FILES:,} files"


class TooLarge(UserError):
    """A cell's directory holds more than is carried."""

    def __init__(self) -> None:
        super().__init__(f"its directory holds more than is carried from a worker ({_CAP})")


def pack(directory: Path, limit: int = LARGEST) -> bytes:
    """Return the regular files below a directory as a compressed archive (tar, zstd).

    Raises:
        TooLarge: they hold more than `limit` bytes.
        OSError: one cannot be read.
    """
    buffer, room = io.BytesIO(), limit
    with (
        zstandard.ZstdCompressor(level=3).stream_writer(buffer, closefd=False) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as archive,
    ):
        for number, path in enumerate(_regular(directory)):
            with open_regular(path) as file:
                status = os.fstat(file.fileno())
                room -= status.st_size
                if room < 0 or number >= _FILES:
                    raise TooLarge
                member = tarfile.TarInfo(os.path.relpath(path, directory))
                member.size, member.mode = status.st_size, stat.S_IMODE(status.st_mode)
                archive.addfile(member, file)
    return buffer.getvalue()


def _regular(directory: Path) -> Iterator[str]:
    """Yield the paths of regular files; a link is none, and none is followed."""
    for base, directories, files in os.walk(directory):
        directories.sort()
        paths = (f"{base}/{name}" for name in sorted(files))
        yield from (path for path in paths if stat.S_ISREG(os.lstat(path).st_mode))


def unpack(archive: bytes, into: Path, limit: int = LARGEST) -> None:
    """Write the files of an archive below a directory that is there. Nothing but regular files is written.

    Raises:
        TooLarge: they hold more than `limit` bytes, whatever the archive says of itself.
        UserError: it is no archive, or a path in it leads out.
        OSError: a file cannot be written.
    """
    tree, room = Tree(into), limit
    try:
        with (
            zstandard.ZstdDecompressor().stream_reader(archive) as packed,
            tarfile.open(fileobj=cast(Any, _Bounded(packed, limit + _OVERHEAD)), mode="r|") as found,
        ):
            for number, member in enumerate(found):
                room -= max(member.size, 0)
                if room < 0 or number >= _FILES:
                    raise TooLarge
                if member.isreg():
                    _write(tree, found, member)
                found.members.clear()  # type: ignore[attr-defined]  # it would keep them all
    except (tarfile.TarError, zstandard.ZstdError, EOFError, ValueError) as exc:
        raise UserError(f"what came is no archive of a cell: {exc}") from exc


class _Bounded:
    """A stream of so many bytes at most: a header, which is read whole, may claim any length."""

    def __init__(self, stream: Any, limit: int) -> None:
        self._stream, self._left = stream, limit

    def read(self, size: int) -> bytes:
        """Return up to so many bytes.

        Raises:
            TooLarge: the stream has more than it may.
        """
        data: bytes = self._stream.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise TooLarge
        return data


def _write(tree: Tree, archive: tarfile.TarFile, member: tarfile.TarInfo) -> None:
    source = archive.extractfile(member)
    assert source is not None
    with tree.create(member.name, member.mode & 0o777) as file:
        while data := source.read(_COPY):
            file.write(data)
