"""Writing that survives a power cut: what was said to be there is there afterwards, whole.

A file's bytes are on disk after fsync(2) of the file, its name after fsync of its directory.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path


def write_whole(path: Path, text: str, mode: int | None = None) -> None:
    """Write a file, whole or not at all, and on disk when this returns; `mode`: else as the umask has it.

    Raises:
        OSError: it cannot be written; names the file.
    """
    # A name of our own: two writers must not share a file, nor write through a link that somebody laid there.
    part = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    try:
        with part.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            if mode is not None:
                os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        part.rename(path)
        sync(path.parent)
    except OSError as exc:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        exc.filename = str(path)
        raise


def sync(path: Path) -> None:
    """Bring a file's bytes, or a directory's names, to disk."""
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def sync_files(directory: Path) -> None:
    """Bring every regular file of a directory, and their names, to disk."""
    for entry in os.scandir(directory):
        if entry.is_file(follow_symlinks=False):
            sync(Path(entry.path))
    sync(directory)


def make_directories(path: Path) -> None:
    """Make a directory and those above it, as `mkdir -p`, and bring their names to disk."""
    missing = [p for p in (path, *path.parents) if not p.is_dir()]
    path.mkdir(parents=True, exist_ok=True)
    for made in missing:
        sync(made.parent)


def rename(source: Path, target: Path) -> None:
    """Rename within a directory; the new name is on disk when this returns."""
    source.rename(target)
    sync(target.parent)
