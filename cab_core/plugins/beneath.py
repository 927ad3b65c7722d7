"""Reading a directory that an agent wrote, without being led out of it."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path


def open_beneath(root: Path, path: str) -> io.BufferedReader | None:
    """Open a regular file beneath `root` for reading, or return None. No link is followed on the way."""
    parts = Path(path).parts
    if not parts or ".." in parts or Path(path).is_absolute():
        return None
    directory = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in parts[:-1]:
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=directory)
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
