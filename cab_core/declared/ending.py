"""How a declared CLI ended, by what it left: an agent's, so texts are looked for, and no patterns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cab_core.plugins.protocols import Leftovers
from cab_core.plugins.toolkit import at, parse, shorten

from .document import ReadDoc

LONGEST = 300  # characters of a line that says why


def ending(read: ReadDoc, left: Leftovers) -> tuple[bool | None, str | None]:
    """Return whether the CLI came to its end, None where that cannot be known, and why it did not."""
    if left.exit_code is None:
        return None, None
    if (told := _told(read, left)) is not None:
        return False, told
    if left.exit_code not in read.exit_codes:
        return False, with_last_line(f"exit code {left.exit_code}", left.stderr)
    if read.finished is not None and read.finished not in left.stdout:
        return (None, None) if left.stdout_cut else (False, f"it never printed {read.finished!r}")
    return True, None


def with_last_line(said: str, text: str) -> str:
    """Return what is said with the last line of a text, where it has one, as the reason."""
    last = next((line.strip() for line in reversed(text.splitlines()) if line.strip()), None)
    return shorten(said if last is None else f"{said}: {last}", LONGEST)


def _told(read: ReadDoc, left: Leftovers) -> str | None:
    """Return the last line that says why it failed."""
    lines = [*left.stdout.splitlines(), *left.stderr.splitlines()] if read.failed else []
    found = (line for line in reversed(lines) if any(text in line for text in read.failed))
    line = next(found, None)
    return None if line is None else shorten(line.strip(), LONGEST)


def last_words(where: str | None, left: Leftovers) -> str | None:
    """Return the agent's last words from where the file says that they are; None where they are not there."""
    kind, _, place = (where or "").partition(":")
    if kind == "stdout":
        return left.stdout.strip() or None
    if kind == "file":
        return (left.read(place) or "").strip() or None
    if kind == "json":
        found = (at(value, *place.split(".")) for value in _objects(left.stdout))
        return next((text for text in found if isinstance(text, str) and text.strip()), None)
    return None


def _objects(stdout: str) -> Iterator[Any]:
    """Yield the JSON objects of stdout, the last first: a line each, or all of it one."""
    for line in reversed(stdout.split("\n")):
        if line.lstrip().startswith("{"):
            yield parse(line)
    yield parse(stdout)
