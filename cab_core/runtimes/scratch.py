"""Scratch directories: where a sandbox's directories lie on the host, of a fixed size where we may mount."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cab_core.leases import Lease, is_held
from cab_core.safe_fs import make_directory
from cab_core.workdir.remove import remove_tree

from .reaper import REAPER

PREFIX = "cab-"
LEASE = ".lease"  # file in a scratch directory: held by the runner that made it
SANDBOX = "sandbox"


@contextmanager
def plain_scratch() -> Iterator[Path]:
    """A directory below the system's place for temporary files, in one that is closed to others."""
    path = Path(tempfile.mkdtemp(prefix=PREFIX))
    lease = None
    try:
        # Locked before it has its name: one that is not held would look like a dead runner's.
        lease = Lease(path / f"{LEASE}.new")
        lease.rename(path / LEASE)
        yield make_directory(path / SANDBOX)
    finally:
        REAPER.remove(str(path), lambda: _remove(path))
        if lease is not None:
            lease.release()


def _remove(path: Path) -> None:
    """Unmount and remove a scratch directory.

    Raises:
        OSError: something of it is still there.
    """
    if os.path.ismount(path / SANDBOX):
        _unmount(path / SANDBOX)
    remove_tree(path)
    if os.path.lexists(path):
        raise OSError(0, "something of it cannot be removed")


@contextmanager
def sized_scratch(size: int) -> Iterator[Path]:
    """A directory that holds at most `size` bytes, where we may mount; else a plain one.

    It is a tmpfs: made and gone in a millisecond, and what is written never reaches the disk.
    """
    with plain_scratch() as sandbox:
        _mount(sandbox, size)
        yield sandbox


def _mount(path: Path, size: int) -> None:
    if os.geteuid() != 0 or sys.platform != "linux":
        return
    options = f"size={size},nr_inodes=400k,mode=755,nosuid,nodev"
    argv = ["mount", "-t", "tmpfs", "-o", options, "cab", str(path)]
    subprocess.run(argv, capture_output=True, check=False)


def _unmount(path: Path) -> None:
    """Unmount, even where something still holds a file open."""
    subprocess.run(["umount", "--lazy", str(path)], capture_output=True, check=False)


def chown_tree(paths: Iterable[Path], uid: int, gid: int) -> None:
    """Give directories with all that is in them to a user. Links are not followed.

    chown(1), for Python's own walk recurses and builds whole paths: an agent can make both too long.
    """
    argv = ["chown", "-h", "-R", "-P", f"{uid}:{gid}", "--", *map(str, paths)]
    subprocess.run(argv, capture_output=True, check=False)


def is_full(path: Path) -> bool:
    """Return whether nothing more can be written at `path`."""
    found = os.statvfs(path)
    return found.f_bavail == 0 or (found.f_files > 0 and found.f_favail == 0)


def holds_more(path: Path, limit: int) -> bool:
    """Return whether a directory is known to hold more than `limit` bytes; du(1) counts blocks, not holes."""
    try:
        done = subprocess.run(
            ["du", "-s", "-B1", "--", str(path)], capture_output=True, text=True, check=False
        )
    except OSError:
        return False  # no descriptor, no memory: the next look may tell
    first = done.stdout.split("\t")[0]
    return first.isdigit() and int(first) > limit


def stale_scratch() -> list[Path]:
    """Return the scratch directories whose runner is gone."""
    leases = Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{LEASE}")
    return [lease.parent for lease in leases if not is_held(lease)]


def remove_scratch(paths: list[Path]) -> int:
    """Unmount and remove scratch directories; return how many are gone."""
    return sum(REAPER.remove(str(path), functools.partial(_remove, path)) is None for path in paths)
