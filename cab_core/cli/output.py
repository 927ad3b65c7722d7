"""Standard output, which programs read: whole, and with nothing in it but what a command put there."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from typing import TextIO

_own: TextIO | None = None  # what `put` writes to; None: to `sys.stdout`


def wants_json(args: Sequence[str]) -> bool:
    """Return whether a command line asks for JSON: also one that cannot be understood further."""
    said = list(args)
    return "--json" in (said[: said.index("--")] if "--" in said else said)


def prepare(args: Sequence[str]) -> None:
    """Make this process's standard output ready for a command line.

    Where that asks for JSON, what plugins print, and programs that they start, goes to standard error.
    """
    global _own
    if sys.stdout is None or sys.stderr is None:
        return
    if isinstance(sys.stdout.buffer, io.RawIOBase):
        # PYTHONUNBUFFERED: of what an almost full disk takes in part the rest would be lost, untold.
        sys.stdout = _whole(1)
    if wants_json(args):
        _own = _whole(os.dup(1))
        os.dup2(2, 1)
        sys.stdout = sys.stderr


def _whole(fd: int) -> TextIO:
    return open(fd, "w", buffering=1, encoding=sys.stdout.encoding, errors=sys.stdout.errors, closefd=False)


def put(text: str) -> None:
    """Print what programs read, and at once."""
    print(text, file=_own or sys.stdout, flush=True)


def outputs() -> list[TextIO]:
    """Return what this process prints to, as far as it is open."""
    return [output for output in (_own, sys.stdout, sys.stderr) if output is not None]
