"""Where cab keeps what it makes once for all runs, and who makes it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cab_core.errors import UserError


def cache_root() -> Path:
    """Return the directory below which cab caches what it installs.

    Raises:
        UserError: there is no home directory to put it in.
    """
    for name, below in (("CAB_CACHE", ""), ("XDG_CACHE_HOME", "cab")):
        if value := os.environ.get(name):
            return Path(value, below)
    try:
        return Path.home() / ".cache" / "cab"
    except RuntimeError as exc:
        raise UserError(
            "HOME is not set, and this user has no home directory: where is cab to keep the CLIs that it "
            "installs? Set HOME, or CAB_CACHE"
        ) from exc


@contextmanager
def locked(path: Path, what: str, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock `PATH.lock`, so that two processes do not make the same thing at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(path.name + ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say(f"waiting for another cab, which makes {what}")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
