"""Running a command as an ordinary user who owns nothing here, without changing anything on this machine.

The interpreter and the checkout may lie below a directory that is closed to others (/root). So the command
has a mount namespace of its own, in which such a directory is covered by an empty one that can be passed,
with nothing in it but what the command needs, read-only.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

UID = 4321  # nobody's
CHECKOUT = Path(__file__).resolve().parents[2]
ENGINE = Path("/var/run/docker.sock")
PROGRAMS = ("setpriv", "unshare")


@contextmanager
def place(uid: int = UID) -> Iterator[Path]:
    """Yield a directory of the user's own that he can reach: those of pytest are closed to others."""
    path = Path(tempfile.mkdtemp(prefix="unprivileged-", dir="/tmp"))
    try:
        path.chmod(0o755)
        os.chown(path, uid, uid)
        yield path
    finally:
        shutil.rmtree(path)


def environment(own: Path) -> dict[str, str]:
    """Return all that a command needs, with everything that it may write below one directory."""
    places = {"HOME": own, "TMPDIR": own, "CAB_CACHE": own / "cache", "PYTHONPATH": CHECKOUT}
    plain = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    return plain | {name: str(path) for name, path in places.items()}


def run(
    argv: Sequence[str], cwd: Path, env: Mapping[str, str], uid: int = UID, umask: int = 0o022
) -> subprocess.CompletedProcess[str]:
    """Run a command as a user (0: as we are) under a umask, with exactly this environment.

    An ordinary user may use the engine's socket.
    """
    last = [f"cd {shlex.quote(str(cwd))}", f"umask {umask:03o}"]
    given = ["env", "-i", *(f"{name}={value}" for name, value in env.items()), *argv]
    if uid == 0:
        return _shell(["sh", "-c"], [*last, f"exec {shlex.join(given)}"])
    groups = f"--groups={ENGINE.stat().st_gid}" if ENGINE.exists() else "--clear-groups"
    become = ["setpriv", f"--reuid={uid}", f"--regid={uid}", groups]
    apart = ["unshare", "--mount", "--propagation", "private", "sh", "-c"]
    return _shell(apart, [*_uncover(), *last, f"exec {shlex.join([*become, *given])}"])


def _shell(argv: Sequence[str], lines: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*argv, "\n".join(["set -e", *lines])],
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
        stdin=subprocess.DEVNULL,
    )


def _uncover() -> Iterator[str]:
    """Yield the commands that make what is needed reachable."""
    closed: dict[Path, list[Path]] = {}
    for path in _needed():
        if above := _closed_above(path):
            closed.setdefault(above, []).append(path)
    if not closed:
        return
    yield "stage=$(mktemp -d) && mount -t tmpfs -o mode=700 stage $stage"
    for n, (above, paths) in enumerate(closed.items()):
        yield f"mkdir $stage/{n} && mount --bind {_quoted(above)} $stage/{n}"
        yield f"mount -t tmpfs -o mode=755 cover {_quoted(above)}"
        for path in paths:
            yield f"mkdir -p {_quoted(path)}"
            yield f"mount --bind $stage/{n}/{_quoted(path.relative_to(above))} {_quoted(path)}"
            yield f"mount -o remount,bind,ro {_quoted(path)}"
    yield "umount -l $stage && rmdir $stage"


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))


def _needed() -> list[Path]:
    """Return the directories that hold the interpreter, its packages and this checkout; none inside another."""
    found = {Path(p) for p in (sys.prefix, sys.base_prefix, CHECKOUT)}
    found |= {p.resolve() for p in found}
    return sorted(p for p in found if not any(q in p.parents for q in found))


def _closed_above(path: Path) -> Path | None:
    """Return the topmost directory above `path` that others cannot pass."""
    return next((p for p in reversed(path.parents) if not p.stat().st_mode & 0o001), None)
