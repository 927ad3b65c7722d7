"""Files below a directory that an agent, or a stranger, wrote: no link leads out of it.

Every step of a path is taken by a descriptor (openat(2) with O_NOFOLLOW), so nothing can be exchanged in
between. What is made has the mode that is asked for, whatever the umask.
"""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

DIRECTORY, FILE, PROGRAM = 0o755, 0o644, 0o755  # modes of what is made where nothing else is asked for
_DIR = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


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
        fd = os.open(parts[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=directory)
    except (OSError, ValueError):  # ValueError: a NUL in the path
        return None
    finally:
        os.close(directory)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        return None
    return os.fdopen(fd, "rb")


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
    """Writes below `root`, which is there. A part of a path that is a link is an error, never followed.

    Raises:
        OSError: (all methods) a part of the path is no directory, or the file cannot be written.
        ValueError: the path is absolute, empty, has `..` in it, or a NUL.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def parent(self, path: str) -> Iterator[tuple[int, str]]:
        """Yield (descriptor of the directory that holds `path`, its name there), made where it is missing."""
        parts = PurePosixPath(path).parts
        if not parts or parts[0] == "/" or ".." in parts:
            raise ValueError(f"{path!r} is no path inside a directory")
        directory = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for part in parts[:-1]:
                inner = _enter(directory, part)
                os.close(directory)
                directory = inner
            yield directory, parts[-1]
        finally:
            os.close(directory)

    def create(self, path: str, mode: int = FILE) -> io.BufferedWriter:
        """Open a new file for writing in the place of what is there, which is unlinked first."""
        with self.parent(path) as (directory, name):
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
        with self.parent(path) as (directory, name):
            _unlink(directory, name)
            os.symlink(target, name, dir_fd=directory)

    def unlink(self, path: str) -> None:
        """Remove a file or a link, if it is there, and the directories that nothing is left in."""
        with self.parent(path) as (directory, name):
            _unlink(directory, name)
        self._prune(PurePosixPath(path).parent)

    def _prune(self, directory: PurePosixPath) -> None:
        for path in (directory, *directory.parents):
            if path == PurePosixPath("."):
                return
            try:
                with self.parent(str(path)) as (above, name):
                    os.rmdir(name, dir_fd=above)
            except OSError:
                return  # something is left in it


def _enter(directory: int, name: str) -> int:
    """Open a subdirectory, made where it is missing."""
    try:
        return os.open(name, _DIR, dir_fd=directory)
    except FileNotFoundError:
        os.mkdir(name, dir_fd=directory)
    inner = os.open(name, _DIR, dir_fd=directory)
    os.fchmod(inner, DIRECTORY)
    return inner


def _unlink(directory: int, name: str) -> None:
    try:
        os.unlink(name, dir_fd=directory)
    except FileNotFoundError:
        pass
