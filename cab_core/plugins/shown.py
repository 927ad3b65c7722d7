"""A tool call as a person would read it in a terminal: a command, or the lines that change in a file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .toolkit import excerpt

# What the arguments are called by one CLI or another.
_COMMAND = ("command", "cmd")
_PATH = ("file_path", "filePath", "path")
_OLD = ("old_string", "oldString", "old_str", "old_text", "oldText")
_NEW = ("new_string", "newString", "new_str", "new_text", "newText")
_WHOLE = ("content", "file_text")


def shown_call(tool: object, arguments: object) -> str:
    """Return a call as an excerpt of text: `$ command`, or `> tool path` with `-` and `+` lines below it.

    Of a call that is neither, the arguments are shown as JSON.
    """
    given: Mapping[str, Any] = arguments if isinstance(arguments, dict) else {}
    command, path = _text(given, _COMMAND), _text(given, _PATH)
    if command is not None:
        return excerpt(f"$ {command}")
    if path is not None:
        return excerpt("\n".join([f"> {tool} {path}", *_changes(given)]))
    return excerpt(f"> {tool} {json.dumps(arguments, ensure_ascii=False)}")


def _changes(given: Mapping[str, Any]) -> list[str]:
    """Return the lines that change: of one edit, or of a list of them."""
    edits = given.get("edits")
    if isinstance(edits, list):
        return [
            line for edit in edits if isinstance(edit, dict) for line in _changes({**edit, "edits": None})
        ]
    old, new = _text(given, _OLD), _text(given, (*_NEW, *_WHOLE))
    return [] if new is None else [*_lines("-", old or ""), *_lines("+", new)]


def _text(given: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    return next((given[n] for n in names if isinstance(given.get(n), str)), None)


def _lines(mark: str, text: str) -> list[str]:
    return [f"{mark}{line}" for line in text.splitlines()]
