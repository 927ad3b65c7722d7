"""How a command that cannot do its work says so: a line for people, with `--json` an object for programs."""

from __future__ import annotations

import errno
import json
from collections.abc import Sequence
from typing import Any

import click

from cab_core.errors import BadDocument, CabError, UnknownName

from .text import plain, say


def wants_json(args: Sequence[str]) -> bool:
    """Return whether a command line asks for JSON: also one that cannot be understood further."""
    said = list(args)
    return "--json" in (said[: said.index("--")] if "--" in said else said)


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
    exc.show()
    return 2


def of_disk(exc: OSError, as_json: bool) -> int:
    """Tell what cannot be written; anything else is a bug, and shows its traceback."""
    full = exc.errno in (errno.ENOSPC, errno.EDQUOT)
    if not full and exc.errno not in (errno.EROFS, errno.EACCES, errno.EPERM):
        raise exc
    where = exc.filename or "a file"
    said = f"{where} cannot be written: {exc.strerror}; what was finished before stays"
    return tell("DiskError", said, 1 if full else 2, as_json)


def tell(kind: str, message: str, code: int, as_json: bool, **more: Any) -> int:
    """Print an error; return its exit code. Others build on the names of the object."""
    if as_json:
        error = {"kind": kind, "message": message, "exit_code": code, **more}
        click.echo(json.dumps({"error": error}))  # one line: a command may have printed others before it
    else:
        say(f"cab: {plain(message)}", err=True)
    return code
