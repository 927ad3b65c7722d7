"""Scratch directories: where a sandbox's directories lie on the host, of a fixed size where we may mount."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cab_core.safe_fs import make_directory
from cab_core.workdir.remove import remove_tree

from .owner import is_alive, runner_id

PREFIX = "cab-"
OWNER = ".runner"  # file in a scratch directory: which runner made it
SANDBOX = "sandbox"


@contextmanager
def plain_scratch() -> Iterator[Path]:
    """A directory below the system's place for temporary files, in one that is closed to others."""
    path = Path(tempfile.mkdtemp(prefix=PREFIX))
    try:
        # Whole or not there: half an owner would look like a dead one.
        (path / ".new").write_text(runner_id())
        (path / ".new").rename(path / OWNER)
        yield make_directory(path / SANDBOX)
    finally:
        remove_tree(path)


@contextmanager
def sized_scratch(size: int) -> Iterator[Path]:
    """A directory that holds at most `size` bytes, where we may mount; else a plain one.

    It is a tmpfs: made and gone in a millisecond, and what is written never reaches the disk.
    """
    with plain_scratch() as sandbox:
        mounted = _mount(sandbox, size)
        try:
            yield sandbox
        finally:
            if mounted:
                _unmount(sandbox)


def _mount(path: Path, size: int) -> bool:
    if os.geteuid() != 0 or sys.platform != "linux":
        return False
    options = f"size={size},nr_inodes=400k,mode=755,nosuid,nodev"
    argv = ["mount", "-t", "tmpfs", "-o", options, "cab", str(path)]
    return subprocess.run(argv, capture_output=True, check=False).returncode == 0


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
    owners = Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{OWNER}")
    return [o.parent for o in owners if _is_dead(o)]


def _is_dead(owner: Path) -> bool:
    try:
        return not is_alive(owner.read_text())
    except (OSError, UnicodeDecodeError):
        return False  # it went away this moment, or is nobody's we know


def remove_scratch(paths: list[Path]) -> int:
    """Unmount and remove scratch directories; return how many there were."""
    for path in paths:
        if os.path.ismount(path / SANDBOX):
            _unmount(path / SANDBOX)
        remove_tree(path)
    return len(paths)
