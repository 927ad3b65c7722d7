"""Where cab keeps what it makes once for all runs, and who makes it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cab_core.plugins.protocols import Say


def cache_root() -> Path:
    """Return the directory below which cab caches what it installs."""
    if explicit := os.environ.get("CAB_CACHE"):
        return Path(explicit)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cab"


@contextmanager
def locked(path: Path, what: str, say: Say) -> Iterator[None]:
    """Hold the lock `PATH.lock`, so that two processes do not make the same thing at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(path.name + ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say(f"waiting for another cab, which makes {what}")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
