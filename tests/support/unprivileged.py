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


def run(
    argv: Sequence[str], cwd: Path, env: Mapping[str, str], uid: int = UID
) -> subprocess.CompletedProcess[str]:
    """Run a command as the user, who may use the engine's socket, with exactly this environment."""
    groups = f"--groups={ENGINE.stat().st_gid}" if ENGINE.exists() else "--clear-groups"
    become = ["setpriv", f"--reuid={uid}", f"--regid={uid}", groups, "env", "-i"]
    become += [f"{name}={value}" for name, value in env.items()]
    script = "\n".join(
        ["set -e", *_uncover(), f"cd {shlex.quote(str(cwd))}", f"exec {shlex.join([*become, *argv])}"]
    )
    return subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "sh", "-c", script],
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


def _uncover() -> Iterator[str]:
    """Yield the commands that make what is needed reachable."""
    closed: dict[Path, list[Path]] = {}
    for path in _needed():
        if above := _closed_above(path):
            closed.setdefault(above, []).append(path)
    yield "stage=$(mktemp -d) && mount -t tmpfs -o mode=700 stage $stage"
    for n, (above, paths) in enumerate(closed.items()):
        yield f"mkdir $stage/{n} && mount --bind {shlex.quote(str(above))} $stage/{n}"
        yield f"mount -t tmpfs -o mode=755 cover {shlex.quote(str(above))}"
        for path in paths:
            there = shlex.quote(str(path))
            yield f"mkdir -p {there} && mount --bind $stage/{n}/{shlex.quote(str(path.relative_to(above)))} {there}"
            yield f"mount -o remount,bind,ro {there}"


def _needed() -> list[Path]:
    """Return the directories that hold the interpreter, its packages and this checkout; none inside another."""
    found = {Path(p) for p in (sys.prefix, sys.base_prefix, CHECKOUT)}
    found |= {p.resolve() for p in found}
    return sorted(p for p in found if not any(q in p.parents for q in found))


def _closed_above(path: Path) -> Path | None:
    """Return the topmost directory above `path` that others cannot pass."""
    return next((p for p in reversed(path.parents) if not p.stat().st_mode & 0o001), None)
