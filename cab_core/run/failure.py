"""Why a command of the grader failed, in one line. What it printed may be an agent's: it is hostile."""

from __future__ import annotations

import unicodedata

from cab_core.records import CommandResult

_WIDEST = 200


def why_failed(result: CommandResult) -> str | None:
    """Return the reason, with the last line of its error output where it printed nothing else."""
    silent = not result.stdout_tail.strip() and not result.tests and not result.timed_out
    return _with(result.reason, result.stderr_tail) if silent else result.reason


def why_in_full(result: CommandResult) -> str | None:
    """Return the command, the reason and the last that it printed: for the author of a task."""
    said = result.stderr_tail.strip() or result.stdout_tail
    return _with(f"{_clean(' '.join(result.argv))}: {result.reason}", said)


def _with(reason: str | None, said: str) -> str | None:
    last = next((text for line in reversed(said.splitlines()) if (text := _clean(line))), "")
    return f"{reason}: {last}" if reason and last else reason


def _clean(text: str) -> str:
    """Return text without what a terminal or a page would obey, on one line, cut where it is long."""
    line = "".join(" " if unicodedata.category(c)[0] == "C" else c for c in text[: _WIDEST * 10])
    line = " ".join(line.split())
    return line if len(line) <= _WIDEST else f"{line[:_WIDEST]}..."
