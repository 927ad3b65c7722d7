"""What a command prints on a terminal of a given width: a pseudo-terminal, which breaks no line by itself."""

from __future__ import annotations

import fcntl
import os
import re
import struct
import subprocess
import termios
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

_STYLE = re.compile(r"\x1b\[[\d;]*m")
_MOVE = re.compile(r"\x1b\[[?\d;]*[A-Za-z]|\r\n|\r")  # of the cursor: what comes then is another line


def printed(argv: Sequence[str], width: int, cwd: Path, env: Mapping[str, str]) -> tuple[int, str]:
    """Return the exit code and what was written to either output, without bold and colours.

    Lines that are drawn over each other come one after another.
    """
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    env = {**{k: v for k, v in env.items() if k not in ("COLUMNS", "LINES")}, "TERM": "xterm-256color"}
    found = b""
    with subprocess.Popen(argv, cwd=cwd, env=env, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        with suppress(OSError):  # the last of them has closed it
            while part := os.read(ours, 65536):
                found += part
        os.close(ours)
        code = process.wait(60)
    return code, _MOVE.sub("\n", _STYLE.sub("", found.decode()))
