"""Who uses what at this moment: asked by everything that cleans.

A lease is a file that its holder keeps locked (flock(2)) while it lives. The kernel drops the lock when the
process ends, whatever ends it, and shows it to every process of this kernel: also to one in another space of
process ids, for which the holder's pid means nothing. What the file says of its holder is for people, and for
where a lock cannot tell.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import functools
import json
import os
import platform
import secrets
import stat
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import attrs

from cab_core.cache import cache_root
from cab_core.processes import host_id, process_lives, start_time

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_LARGEST = 1 << 20  # bytes of a lease file that are read


@attrs.frozen(kw_only=True)
class Holder:
    """The process that holds a lease. `start`: when it started, in clock ticks since boot."""

    host: str
    node: str
    pid: int
    start: str | None
    since: str

    def __str__(self) -> str:
        """Say it for people."""
        return f"process {self.pid} on {self.node} since {self.since}"


class LeaseHeld(Exception):
    """Somebody else holds it; `holder` says who, None where the file does not tell."""

    def __init__(self, holder: Holder | None) -> None:
        super().__init__(str(holder or "another process"))
        self.holder = holder


class Lease:
    """Held from when it is made until `release`, or until this process ends."""

    def __init__(self, path: Path) -> None:
        """Take the lease at `path`.

        Raises:
            LeaseHeld: somebody has it.
            OSError: the file cannot be made.
        """
        self.path = path
        # A link that somebody laid there is not followed; nothing is cut off before it is ours.
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        if not stat.S_ISREG(os.fstat(self._fd).st_mode):
            os.close(self._fd)
            raise OSError(errno.EINVAL, "a lease is a regular file", str(path))
        self._lock = threading.Lock()
        self._used: set[str] = set()
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            os.close(self._fd)
            if exc.errno == errno.ENOLCK:
                raise
            raise LeaseHeld(read_holder(path)) from exc
        self._check_told()
        os.ftruncate(self._fd, 0)
        self._append(json.dumps(attrs.asdict(_here())))

    def _check_told(self) -> None:
        """Believe what the file says, too: two mounts of one directory (FUSE) may not share their locks.

        Who gives a lease up says so; who was killed does not live.
        """
        told = read_holder(self.path)
        here = told is not None and told.host == host_id() and told.pid != os.getpid()
        if told is not None and here and process_lives(told.host, f"{told.pid}:{told.start}"):
            os.close(self._fd)
            raise LeaseHeld(told)

    def use(self, *things: str) -> None:
        """Say that these things, such as `image sha256:...`, are in use until the end."""
        with self._lock:
            for thing in things:
                if thing not in self._used:
                    self._used.add(thing)
                    self._append(thing)

    def _append(self, line: str) -> None:
        os.write(self._fd, line.encode("utf-8", "backslashreplace") + b"\n")

    def rename(self, path: Path) -> None:
        """Give the file its name once it is locked: nobody sees it free."""
        self.path.rename(path)
        self.path = path

    def release(self, keep: bool = False) -> None:
        """Give it up. `keep`: the file stays, for whoever takes it next."""
        if not keep:
            self.path.unlink(missing_ok=True)
        os.ftruncate(self._fd, 0)
        os.close(self._fd)


@contextlib.contextmanager
def shared(path: Path) -> Iterator[None]:
    """Hold a lease together with others who do so too, while the context is open: nobody has it alone.

    Raises:
        LeaseHeld: somebody has it alone.
        OSError: the file cannot be made.
    """
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        yield
    except BlockingIOError as exc:
        raise LeaseHeld(read_holder(path)) from exc
    finally:
        os.close(fd)


def is_held(path: Path) -> bool:
    """Return whether a living process holds the lease at `path`. What cannot be told counts as held."""
    try:
        fd = os.open(path, _READ)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as exc:
        if exc.errno != errno.ENOLCK:
            return True
        holder = read_holder(path)  # a file system without locks
        return holder is None or process_lives(holder.host, f"{holder.pid}:{holder.start}")
    finally:
        os.close(fd)
    return False


def read_holder(path: Path) -> Holder | None:
    """Return what a lease says of its holder, None where it does not."""
    try:
        return Holder(**json.loads(_lines(path)[0]))
    except (OSError, ValueError, TypeError, IndexError):
        return None


def _lines(path: Path) -> list[str]:
    """Return the whole lines of a lease; one that is being written has no end yet."""
    with os.fdopen(os.open(path, _READ), "rb") as file:
        text = file.read(_LARGEST).decode("utf-8", "replace")
    return text.split("\n")[:-1]


@functools.cache
def process_lease() -> Lease:
    """Return this process's own lease, made on first use: what it uses, and what is labelled with it."""
    directory = cache_root() / "leases"
    directory.mkdir(parents=True, exist_ok=True)
    token = secrets.token_hex(8)
    lease = Lease(directory / f".{token}.new")
    lease.rename(directory / f"{token}.lease")
    return lease


def in_use() -> set[str]:
    """Return what living processes say that they use; leases that nobody holds any more are removed."""
    return {thing for path in _leases() for thing in _things(path)}


def _leases() -> Iterator[Path]:
    for path in (cache_root() / "leases").glob("*.lease"):
        if is_held(path):
            yield path
        else:
            path.unlink(missing_ok=True)


def _things(path: Path) -> list[str]:
    try:
        return _lines(path)[1:]
    except OSError:
        return []  # given up this moment


def is_alive(host: str, runner: str, lease: str | None) -> bool | None:
    """Return whether who made something is still there, by what is written on it; None: it cannot be known.

    `host` and `runner` are `host_id()` and `runner_id()` of the maker, `lease` the path of its lease.
    """
    if host == host_id():
        return process_lives(host, runner)  # surer than a file that somebody may have removed or copied
    return is_held(Path(lease)) if lease and os.path.lexists(lease) else None


def _here() -> Holder:
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    pid = os.getpid()
    return Holder(host=host_id(), node=platform.node(), pid=pid, start=start_time(pid), since=now)
