"""How a command that cannot do its work says so: a line for people, with `--json` an object for programs."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import click

from cab_core.errors import BadDocument, CabError, UnknownName

from .output import outputs, put, wants_json
from .text import plain, say


def tell_of(exc: BaseException, args: Sequence[str]) -> int:
    """Tell what ended a command line; return the exit code. A bug is raised again, for its traceback."""
    as_json = wants_json(args)
    match exc:
        case CabError():
            return of_cab(exc, as_json)
        case click.ClickException():
            return of_click(exc, as_json)
        case KeyboardInterrupt() | click.Abort():
            return tell("Interrupted", "interrupted", 130, as_json)
        case BrokenPipeError():
            return 1  # whoever read our output has gone
        case OSError():
            return of_disk(exc, as_json)
    raise exc


def leave_output() -> None:
    """Write to nowhere where an output takes nothing: else Python fails once more at its end, with 120."""
    for output in outputs():
        try:
            output.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, output.fileno())
            os.close(nowhere)


def of_cab(exc: CabError, as_json: bool) -> int:
    """Tell an error that cab raised on purpose; return the exit code."""
    more: dict[str, Any] = {}
    if isinstance(exc, BadDocument):
        more["problems"] = [{"path": path, "message": message} for path, message in exc.problems]
    if isinstance(exc, UnknownName):
        more |= {"name": exc.name, "nearest": exc.nearest}
    return tell(type(exc).__name__, str(exc), exc.exit_code, as_json, **more)


def of_click(exc: click.ClickException, as_json: bool) -> int:
    """Tell that a command line cannot be understood; return the exit code."""
    if as_json:
        return tell(type(exc).__name__, exc.format_message(), 2, as_json)
    with suppress(OSError):
        exc.show()
    return 2


def of_disk(exc: OSError, as_json: bool) -> int:
    """Tell what cannot be written; anything else is a bug, and shows its traceback."""
    full = exc.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    if not full and exc.errno not in (errno.EROFS, errno.EACCES, errno.EPERM):
        raise exc
    where = exc.filename or "a file"
    said = f"{where} cannot be written: {exc.strerror}; what was finished before stays"
    return tell("DiskError", said, 1 if full else 2, as_json)


def tell(kind: str, message: str, code: int, as_json: bool, **more: Any) -> int:
    """Print an error; return its exit code, also where nothing can be printed.

    Others build on the names of the object.
    """
    if as_json:
        error = {"kind": kind, "message": message, "exit_code": code, **more}
        with suppress(OSError):  # which takes no more: then people are told at least
            put(json.dumps({"error": error}))  # one line: a command may have printed others before it
            return code
    with suppress(OSError):
        say(f"cab: {plain(message)}", err=True)
    return code
