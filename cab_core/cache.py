"""Where cab keeps what it makes once for all runs, and who makes it."""

from __future__ import annotations

import fcntl
import functools
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cab_core.durable import write_whole
from cab_core.errors import UserError


def user_home() -> Path | None:
    """Return the user's home, or None: it may not be entered, or nobody says which it is."""
    if os.environ.get("HOME") == "":
        return None  # it would be the root directory
    try:
        home = Path.home()
    except RuntimeError:  # no HOME, and no user of that number
        return None
    return home if os.access(home, os.X_OK) else None


def cache_root() -> Path:
    """Return the directory below which cab caches what it installs.

    Raises:
        UserError: nothing says where that is.
    """
    return _root(*map(os.environ.get, ("CAB_CACHE", "XDG_CACHE_HOME", "HOME")))


@functools.lru_cache(8)  # reading a large set asks ten thousand times
def _root(own: str | None, shared: str | None, _home: str | None) -> Path:
    if own or shared:
        return Path(own) if own else Path(shared or "", "cab")
    home = user_home()
    if home is None:
        raise UserError(
            "there is no HOME that this user may enter, so what cab installs has no place: "
            "set CAB_CACHE to a directory"
        )
    return home / ".cache" / "cab"


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


def keep_json(path: Path, value: Any) -> None:
    """Write a JSON file of the cache, whole or not at all; users that share the cache may read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(value), mode=0o644)


def read_object(path: Path) -> dict[str, Any] | None:
    """Return the object that a JSON file of the cache holds, or None where there is none, or no whole one."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
