"""Files below a directory that an agent, or a stranger, wrote: no link leads out of it.

Every step of a path is taken by a descriptor (openat(2) with O_NOFOLLOW), so nothing can be exchanged in
between. What is made has the mode that is asked for, whatever the umask.
"""

from __future__ import annotations

import errno
import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

DIRECTORY, FILE, PROGRAM = 0o755, 0o644, 0o755  # modes of what is made where nothing else is asked for
_DIR = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_HELD = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC  # asks for no permission of its own
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class BelowLink(OSError):
    """A part of a path is a link, so what lies below it lies elsewhere."""

    def __init__(self, part: str) -> None:
        super().__init__(errno.ELOOP, f"lies below a link, {ascii(part)[1:-1]}")


def open_inside(root: Path, path: str) -> io.BufferedReader | None:
    """Open a regular file below `root` for reading, or return None. No link is followed on the way.

    Raises:
        OSError: `root` itself cannot be opened.
    """
    parts = Path(path).parts
    if not parts or ".." in parts or Path(path).is_absolute():
        return None
    directory = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in parts[:-1]:
            inner = os.open(part, _DIR, dir_fd=directory)
            os.close(directory)
            directory = inner
        return open_regular(parts[-1], directory)
    except (OSError, ValueError):  # ValueError: a NUL in the path
        return None
    finally:
        os.close(directory)


def open_regular(path: str | os.PathLike[str], directory: int | None = None) -> io.BufferedReader:
    """Open a regular file for reading, by its path from an open directory where one is given.

    Raises:
        OSError: it is a link or no regular file, or cannot be opened.
        ValueError: there is a NUL in the path.
    """
    return os.fdopen(descriptor_of_regular(path, directory)[0], "rb")


def descriptor_of_regular(
    path: str | os.PathLike[str], directory: int | None = None
) -> tuple[int, os.stat_result]:
    """Open as `open_regular` does; return the descriptor, which is the caller's to close, and its status."""
    fd = os.open(path, _READ, dir_fd=directory)
    status = os.fstat(fd)
    if stat.S_ISREG(status.st_mode):
        return fd, status
    os.close(fd)
    raise OSError(errno.EINVAL, "no regular file", os.fspath(path))


def read_named(path: str | os.PathLike[str], most: int) -> bytes:
    """Return a regular file that a user named, by a link too; of one with more than `most` bytes `most` + 1.

    Raises:
        OSError: it is a pipe, which would be waited for, or no file, or cannot be read.
    """
    fd = os.open(path, _READ & ~os.O_NOFOLLOW)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError(errno.EINVAL, "it is no regular file", os.fspath(path))
    with os.fdopen(fd, "rb") as file:
        return file.read(most + 1)


def leads_out(directory: str | os.PathLike[str], root: str | os.PathLike[str]) -> bool:
    """Return whether a directory, all links followed, lies outside of `root`: by `..`, or below a link."""
    place, top = os.fspath(directory), os.fspath(root)
    if place == top or _plainly_below(place, top):
        return False
    real, top = os.path.realpath(place), os.path.realpath(top)
    return real != top and not real.startswith(f"{top.rstrip('/')}/")


def _plainly_below(place: str, top: str) -> bool:
    """Return whether that is told without following a link: as of nearly all, and a set has thousands."""
    if not place.startswith(f"{top}/"):
        return False
    parts, here = place[len(top) + 1 :].split("/"), top
    for part in parts:
        here = f"{here}/{part}"
        if part == ".." or os.path.islink(here):  # noqa: PTH114
            return False
    return True


def make_directory(path: Path, mode: int = DIRECTORY, parents: bool = False) -> Path:
    """Make a directory with exactly this mode and return its path.

    Raises:
        OSError: it is there already, or cannot be made.
    """
    if parents and not path.parent.exists():
        make_directory(path.parent, mode, parents=True)
    path.mkdir()
    path.chmod(mode)
    return path


class Tree:
    """Reads and writes below `root`, which is there. A part of a path that is a link is never followed.

    Raises:
        BelowLink: (all methods) a directory on the way is a link.
        OSError: (all methods) a part of the path is no directory, or the file cannot be had.
        ValueError: (all methods) the path is absolute, empty, has `..` in it, or a NUL.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def parent(self, path: str, make: bool = False) -> Iterator[tuple[int, str]]:
        """Yield (descriptor of the directory that holds `path`, its name there); `make` what is missing."""
        parts = _parts(path)
        directory = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for part in parts[:-1]:
                inner = _enter(directory, part, make)
                os.close(directory)
                directory = inner
            yield directory, parts[-1]
        finally:
            os.close(directory)

    def open(self, path: str) -> io.BufferedReader:
        """Open a regular file for reading. One that its owner locked is made readable: it is ours."""
        with self.parent(path) as (directory, name):
            try:
                fd = os.open(name, _READ, dir_fd=directory)
            except PermissionError:
                os.chmod(name, 0o600, dir_fd=directory)  # a link would have failed with ELOOP above
                fd = os.open(name, _READ, dir_fd=directory)
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            os.close(fd)
            raise OSError(errno.EINVAL, "not a regular file")
        return os.fdopen(fd, "rb")

    def create(self, path: str, mode: int = FILE) -> io.BufferedWriter:
        """Open a new file for writing in the place of what is there, which is unlinked first."""
        with self.parent(path, make=True) as (directory, name):
            _unlink(directory, name)
            fd = os.open(name, _NEW, 0o600, dir_fd=directory)
        os.fchmod(fd, mode)
        return os.fdopen(fd, "wb")

    def write(self, path: str, data: bytes, mode: int = FILE) -> None:
        """Write a file in the place of what is there."""
        with self.create(path, mode) as file:
            file.write(data)

    def link(self, path: str, target: str) -> None:
        """Make a symbolic link in the place of what is there."""
        with self.parent(path, make=True) as (directory, name):
            _unlink(directory, name)
            os.symlink(target, name, dir_fd=directory)

    def unlink(self, path: str) -> None:
        """Remove a file or a link, if it is there, and the directories that nothing is left in."""
        try:
            with self.parent(path) as (directory, name):
                _unlink(directory, name)
        except FileNotFoundError:
            return  # nor is its directory
        self._prune(PurePosixPath(path).parent)

    def unlock(self, name: str, mode: int = DIRECTORY) -> None:
        """Give a directory its mode again; one that is gone, or is no directory any more, is made anew."""
        with self.parent(name) as (above, last):
            try:
                _set_mode(above, last, mode)
            except (FileNotFoundError, NotADirectoryError):
                _unlink(above, last)
                _make(above, last, mode)

    def _prune(self, directory: PurePosixPath) -> None:
        for path in (directory, *directory.parents):
            if path == PurePosixPath("."):
                return
            try:
                with self.parent(str(path)) as (above, name):
                    os.rmdir(name, dir_fd=above)
            except OSError:
                return  # something is left in it


def _parts(path: str) -> tuple[str, ...]:
    parts = PurePosixPath(path).parts
    if not parts or parts[0].startswith("/") or ".." in parts or "\0" in path:
        raise ValueError(f"{path!r} is no path inside a directory")
    return parts


def _enter(directory: int, name: str, make: bool) -> int:
    """Open a subdirectory, made where it is missing and may be."""
    try:
        return os.open(name, _DIR, dir_fd=directory)
    except FileNotFoundError:
        if not make:
            raise
    except NotADirectoryError:
        if stat.S_ISLNK(os.stat(name, dir_fd=directory, follow_symlinks=False).st_mode):
            raise BelowLink(name) from None
        raise
    _make(directory, name, DIRECTORY)
    return os.open(name, _DIR, dir_fd=directory)


def _make(directory: int, name: str, mode: int) -> None:
    os.mkdir(name, dir_fd=directory)
    _set_mode(directory, name, mode)


def _set_mode(directory: int, name: str, mode: int) -> None:
    """Set a directory's mode, also where it may not be opened; chmod(2) alone would follow a link."""
    held = os.open(name, _HELD, dir_fd=directory)
    try:
        Path(f"/proc/self/fd/{held}").chmod(mode)
    finally:
        os.close(held)


def _unlink(directory: int, name: str) -> None:
    try:
        os.unlink(name, dir_fd=directory)
    except FileNotFoundError:
        pass
