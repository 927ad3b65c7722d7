"""Scratch directories: where a sandbox's directories lie on the host, of a fixed size where we may mount."""

from __future__ import annotations

import ctypes
import functools
import os
import stat
import subprocess
import sys
import tempfile
import time
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
_MS_NOSUID, _MS_NODEV = 2, 4  # <sys/mount.h>
_MNT_DETACH, _UMOUNT_NOFOLLOW = 2, 8
_STILLBORN_S = 60  # after which an empty directory without a lease will not get one any more


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
            lease.release(keep=os.path.lexists(path))  # `cab clean` finds what is left by it


def _remove(path: Path) -> None:
    """Unmount and remove a scratch directory.

    Raises:
        OSError: something of it is still there.
    """
    if os.path.ismount(path / SANDBOX):
        _unmount(path / SANDBOX)
    for each in (path / SANDBOX, path):  # the lease last: by it `cab clean` finds what is left
        remove_tree(each)
        if os.path.lexists(each):
            raise OSError("something in it cannot be removed")


@contextmanager
def sized_scratch(size: int) -> Iterator[Path]:
    """A directory that holds at most `size` bytes, where we may mount; else a plain one.

    It is a tmpfs: made and gone in a millisecond, and what is written never reaches the disk.
    """
    with plain_scratch() as sandbox:
        _mount(sandbox, size)
        yield sandbox


def _mount(path: Path, size: int) -> None:
    """Mount a tmpfs, by mount(2) itself: mount(8) costs a process for each sandbox of each cell."""
    if os.geteuid() != 0 or sys.platform != "linux":
        return
    options = f"size={size},nr_inodes=400k,mode=755"
    flags = ctypes.c_ulong(_MS_NOSUID | _MS_NODEV)
    ctypes.CDLL(None).mount(b"cab", os.fsencode(path), b"tmpfs", flags, options.encode())


def _unmount(path: Path) -> None:
    """Unmount, even where something still holds a file open; what lies behind a link is left alone."""
    ctypes.CDLL(None).umount2(os.fsencode(path), _MNT_DETACH | _UMOUNT_NOFOLLOW)


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
    found = Path(tempfile.gettempdir()).glob(f"{PREFIX}????????")  # as mkdtemp(3) names them
    return [path for path in found if _is_ours(path) and _is_stale(path)]


def _is_ours(path: Path) -> bool:
    """What another user made in a place for all may be exchanged for a link while we look."""
    try:
        info = path.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(info.st_mode) and info.st_uid == os.geteuid()


def _is_stale(path: Path) -> bool:
    if os.path.lexists(path / LEASE):
        return not is_held(path / LEASE)
    try:
        # Killed before it had a lease, or after it had given it up: there is nothing in it to lose.
        return not list(path.iterdir()) and time.time() - path.stat().st_mtime > _STILLBORN_S
    except OSError:
        return False  # gone this moment, or not ours to look into


def remove_scratch(paths: list[Path]) -> list[str]:
    """Unmount and remove scratch directories; return a sentence for each that is still there."""
    told = (REAPER.remove(str(path), functools.partial(_remove, path)) for path in paths)
    return [said for said in told if said is not None]
