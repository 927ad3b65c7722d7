"""Pseudo-terminals and pipes for a process's output."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import termios

from cab_core.trace.asciicast import COLUMNS, ROWS

_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|.)")
_WIDEST = 300


def clean_line(line: str) -> str:
    """Return what an installer said as one readable line: no colours, and no list of everything there is."""
    text = _ESCAPE.sub("", line).rstrip()
    return text if len(text) <= _WIDEST else f"{text[:_WIDEST]} ..."


def channel(tty: bool) -> tuple[int, int]:
    """Return (our end, the process's end) of one output channel.

    The terminal leaves line ends alone, so that a log holds exactly what was printed.
    """
    if not tty:
        return os.pipe()
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    attributes = termios.tcgetattr(theirs)
    attributes[1] &= ~termios.OPOST
    termios.tcsetattr(theirs, termios.TCSANOW, attributes)
    return ours, theirs


def read_some(fd: int) -> bytes:
    """Return the next piece of output, empty at its end (a terminal says so with EIO)."""
    try:
        return os.read(fd, 1 << 16)
    except OSError:
        return b""
