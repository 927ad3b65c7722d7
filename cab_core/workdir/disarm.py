"""Making a directory that an agent filled fit to be read by code that trusts what it finds."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from .manifest import HASH_LIMIT, MAX_NAMES


def disarm(root: Path) -> bool:
    """Remove what reading would hang on, never end with, or follow out of `root`; return whether that is all.

    That is pipes, sockets and devices, files of more than a GiB, and links that lead elsewhere.
    """
    top, left, pending = os.path.realpath(root), MAX_NAMES, [str(root)]
    while pending:
        try:
            with os.scandir(pending.pop()) as names:
                for item in names:
                    left -= 1
                    if left < 0:
                        return False
                    if item.is_dir(follow_symlinks=False):
                        pending.append(item.path)
                    elif not _harmless(item, top):
                        os.unlink(item.path)  # noqa: PTH108
        except OSError:
            continue  # locked, or too deep for a path: then whoever reads by paths does not get there either
    return True


def _harmless(item: os.DirEntry[str], top: str) -> bool:
    if item.is_symlink():
        return os.path.commonpath([top, os.path.realpath(item.path)]) == top
    with suppress(OSError):
        return item.is_file(follow_symlinks=False) and item.stat(follow_symlinks=False).st_size <= HASH_LIMIT
    return False
