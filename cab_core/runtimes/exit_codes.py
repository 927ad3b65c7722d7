"""What the one number means that a container or bubblewrap leaves of a program's end."""

from __future__ import annotations

_SIGNALS = {*range(1, 32), *range(34, 65)}  # of Linux; libc keeps 32 and 33 to itself


def end_of(code: int) -> tuple[int | None, int | None]:
    """Return the exit code or the signal that an init's exit code stands for, the other one None.

    The init in a sandbox says 128+N of a program that signal N ended, and hands on what a program exited
    with; that number is all there is, for an engine has no other record of a signal from inside. A program
    that exits with 128+N itself does so, by the shell's convention, since signal N ended what it ran: so
    both are read as the signal. What is no signal's number (255 of ssh, git or node) is the program's word.
    """
    return (None, code - 128) if code - 128 in _SIGNALS else (code, None)
