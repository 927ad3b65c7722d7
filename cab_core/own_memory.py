"""What other processes can read of this one: its arguments and its first environment, in `/proc/PID`.

Taking a variable out of `os.environ` leaves it in the block that the kernel made at the start (proc(5),
`environ`), which every process of the same user may read. So a key is overwritten there. An agent in runtime
`local` is such a process. Against one that is root, or may trace others, nothing here helps.
"""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

PR_SET_DUMPABLE = 4
_BLOCK = slice(45, 49)  # of /proc/PID/stat behind the name: begin and end of arguments and of environment
_LARGEST = 8 << 20  # bytes; the kernel takes less


def forget(secret: str) -> None:
    """Overwrite a secret in this process's arguments and first environment, and close its memory to others.

    Who reads memory finds it all the same: so that, too, is closed to processes of this user (prctl(2),
    PR_SET_DUMPABLE); what is started from here is as open as ever.
    """
    if sys.platform != "linux" or not secret:
        return
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    argv, argv_end, env, env_end = _addresses()
    for start, end in ((argv, argv_end), (env, env_end)):
        if 0 < start < end < start + _LARGEST:
            _overwrite(start, ctypes.string_at(start, end - start), secret.encode("utf-8", "surrogateescape"))


def _addresses() -> tuple[int, ...]:
    text = Path("/proc/self/stat").read_text(encoding="utf-8", errors="replace")
    return tuple(map(int, text.rpartition(")")[2].split()[_BLOCK]))


def _overwrite(start: int, block: bytes, secret: bytes) -> None:
    """Overwrite it where it is a word, or the value in one; a short one may be part of any other."""
    at = 0
    for word in block.split(b"\0"):
        if word == secret or word.endswith(b"=" + secret):
            ctypes.memset(start + at + len(word) - len(secret), ord("*"), len(secret))
        at += len(word) + 1
