"""Directories to an engine elsewhere and back, as tar archives.

What comes back was written by an agent: nothing of it is written through a link, over what is there,
or beside the directory that it belongs to.
"""

from __future__ import annotations

import errno
import os
import tarfile
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import IO, cast

from cab_core.errors import SandboxError
from cab_core.safe_fs import Tree, make_directory
from cab_core.workdir.manifest import MAX_DEPTH, NAMES

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# What cannot be made is left out: too long, there already, a link to what is not there or to a directory.
_SKIPPED = (
    errno.ENAMETOOLONG, errno.EEXIST, errno.ENOENT, errno.EPERM, errno.EMLINK, errno.EILSEQ, errno.EINVAL,
)  # fmt: skip
_ENTRIES = 500_000  # more than a sandbox's volume holds: what is looked at is the manifest's to say
_COPY = 1 << 18
_LATEST = 1 << 33  # seconds since 1970: the year 2242
_IN_MEMORY = 8 << 20


class TooMuch(Exception):
    """What came back is more than there may be."""


def pack(directories: Mapping[Path, str], uid: int, gid: int) -> IO[bytes]:
    """Return an open archive of directories (host path: path inside), all owned by one user."""

    def handed_over(info: tarfile.TarInfo) -> tarfile.TarInfo:
        info.uid, info.gid, info.uname, info.gname = uid, gid, "", ""
        return info

    file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  (the caller's to close)
    with tarfile.open(fileobj=file, mode="w") as archive:
        for host, inside in directories.items():
            archive.add(host, inside.lstrip("/"), filter=handed_over)
    file.seek(0)
    return file


def unpack(chunks: Iterable[bytes], into: Path, limit: int) -> None:
    """Write an archive of one directory into `into`, which is empty.

    Owners and setuid bits are not taken, devices are left out, and so is what lies deeper than a
    manifest looks or has too long a path for this machine (the directories that lead to it are
    there). Holes count as bytes.

    Raises:
        TooMuch: the files hold more than `limit` bytes, there are more of them (or longer names) than are
            taken, or the disk is full.
        SandboxError: this is no archive.
    """
    placer = _Placer(into, limit)
    try:
        with tarfile.open(fileobj=cast("IO[bytes]", _Chunks(chunks)), mode="r|") as archive:
            for member in archive:
                placer.place(archive, member)
                archive.members.clear()  # type: ignore[attr-defined]  # it would keep them all
    except tarfile.TarError as exc:
        raise SandboxError(f"docker: what came back of {into.name} is no whole archive: {exc}") from exc
    except OSError as exc:
        if exc.errno in _FULL:
            raise TooMuch from exc
        raise
    placer.finish()


def unpack_one(chunks: Iterable[bytes], into: Path, path: str, limit: int) -> None:
    """Write an archive of one file or link as `path` below `into`; what is larger or another kind is not.

    Raises:
        SandboxError: this is no archive.
    """
    tree = Tree(into)
    try:
        with tarfile.open(fileobj=cast("IO[bytes]", _Chunks(chunks)), mode="r|") as archive:
            member = archive.next()
            if member is not None and member.issym():
                tree.link(path, member.linkname)
            elif member is not None and member.isreg() and member.size <= limit:
                with tree.create(path, member.mode & 0o777) as file:
                    _pour(archive, member, file)
    except tarfile.TarError as exc:
        raise SandboxError(f"docker: what came back of {path!a} is no whole archive: {exc}") from exc
    except (OSError, ValueError):
        return  # it has no place here: then it is not among what was brought back


class _Placer:
    """Writes members of an archive; a parent is always a directory that it made itself."""

    def __init__(self, into: Path, limit: int) -> None:
        self._into, self._budget, self._entries, self._names = into, limit, 0, 0
        self._made: dict[str, tuple[int, float]] = {}  # path: mode, time

    def place(self, archive: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        """Write one member, if it may be."""
        self._entries += 1
        self._budget -= member.size if member.isreg() else 0
        if self._budget < 0 or self._entries > _ENTRIES:
            raise TooMuch
        path = _below(member.name)
        if path is None or (path and os.path.dirname(path) not in self._made):  # noqa: PTH120
            return
        try:
            self._write(archive, member, path)
        except OSError as exc:
            if exc.errno not in _SKIPPED:
                raise

    def finish(self) -> None:
        """Set modes and times of directories, which had to be open until now."""
        for path, (mode, time) in reversed(self._made.items()):
            _finish(self._into / path, mode, time)

    def _write(self, archive: tarfile.TarFile, member: tarfile.TarInfo, path: str) -> None:
        target = self._into / path
        if member.isdir():
            if path:
                make_directory(target, 0o700)
            self._names += len(path)
            if self._names > NAMES:
                raise TooMuch
            self._made[path] = member.mode, member.mtime
        elif member.isreg():
            _copy(archive, member, target)
            _finish(target, member.mode, member.mtime)
        elif member.issym():
            target.symlink_to(member.linkname)
        elif member.islnk() and (source := _below(member.linkname)):
            if os.path.dirname(source) in self._made:  # noqa: PTH120
                # Not through it, where it is a link itself.
                os.link(self._into / source, target, follow_symlinks=False)
        elif member.isfifo():
            os.mkfifo(target)
            _finish(target, member.mode, member.mtime)


def _below(name: str) -> str | None:
    """Return a path below the archive's one directory, or None where it leads out or too deep."""
    parts = PurePosixPath(name).parts
    if not parts or parts[0] == "/" or ".." in parts or len(parts) > MAX_DEPTH + 2:
        return None
    return "/".join(parts[1:])


def _copy(archive: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    with target.open("xb") as file:
        _pour(archive, member, file)


def _pour(archive: tarfile.TarFile, member: tarfile.TarInfo, file: IO[bytes]) -> None:
    source = archive.extractfile(member)
    assert source is not None
    while data := source.read(_COPY):
        file.write(data)


def _finish(path: Path, mode: int, time: float) -> None:
    path.chmod(mode & 0o1777)
    # A file's time is the agent's to set, to what no system call takes.
    nanoseconds = int(min(max(time, 0), _LATEST) * 1e9)
    os.utime(path, ns=(nanoseconds, nanoseconds))


class _Chunks:
    """Reads an iterable of bytes as a file."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks, self._rest = iter(chunks), b""

    def read(self, size: int) -> bytes:
        while not self._rest and (chunk := next(self._chunks, None)) is not None:
            self._rest = chunk
        found, self._rest = self._rest[:size], self._rest[size:]
        return found
