"""git, started on what a stranger wrote: no program that a repository names is ever run.

Its settings may name a monitor of files, hooks, filters, what checks signatures, and what loads objects that
a clone lacks; its attributes say where filters hold. Here all of these are off.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from cab_core.errors import UserError

_OFF = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.attributesFile=/dev/null",
    "log.showSignature=false",
)
# Nothing is loaded that is not here. An older git does not know the first; without a protocol it cannot.
_SEALED = {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "", "GIT_TERMINAL_PROMPT": "0"}
_OWN = {"GIT_OPTIONAL_LOCKS": "0", "GIT_LITERAL_PATHSPECS": "1", "LC_ALL": "C"}
# What of our own environment says which repository it is about.
_WHERE = {
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_NAMESPACE"),
    *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"),
}
# In no repository: there are neither settings nor filters, whatever lies in the directory or above it.
NOWHERE = {"GIT_DIR": os.devnull, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


def run_git(
    argv: Sequence[str],
    cwd: Path,
    given: bytes = b"",
    nowhere: bool = False,
    largest: int | None = None,
    patience_s: float | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run a git command in a directory; `nowhere`: as if no repository were there.

    `largest`: bytes of a file that it may write. `patience_s`: seconds that it may take.

    Raises:
        UserError: git cannot be started.
        subprocess.TimeoutExpired: it took longer.
    """
    env = {k: v for k, v in os.environ.items() if k not in _WHERE}
    env |= {**_OWN, **_SEALED, **(NOWHERE if nowhere else {})}
    off = [word for setting in _OFF for word in ("-c", setting)]
    command = ["git", *off, *argv]
    if largest is not None:  # in units of 512 bytes, as POSIX has it
        command = ["sh", "-c", f'ulimit -f {largest // 512} && exec "$@"', "sh", *command]
    try:
        return subprocess.run(
            command, cwd=cwd, input=given, capture_output=True, env=env, check=False, timeout=patience_s
        )
    except OSError as exc:
        if not cwd.is_dir():
            raise UserError(f"{cwd}: there is no such directory") from exc
        raise UserError(f"git cannot be started: {exc.strerror}; on Debian: apt-get install git") from exc


def said_by(done: subprocess.CompletedProcess[bytes]) -> str:
    """Return what git said of a failure, in 500 characters at most."""
    return done.stderr.decode("utf-8", "replace").strip()[:500] or f"exit code {done.returncode}"


COPIES = "copies a file, and git would copy any file of this machine: expected the contents instead"
# No line of a file begins so in a patch, for there it has a sign before it.
_COPY = re.compile(rb"^copy (from|to) ", re.MULTILINE)


def copies(patch: bytes) -> bool:
    """Tell whether a patch copies files: `git apply` holds the path it copies from against nothing.

    A stranger's would so bring /etc/passwd, or a key, to where an agent or a grader reads it.
    """
    return _COPY.search(patch) is not None
