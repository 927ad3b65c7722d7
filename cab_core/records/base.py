"""What the record classes share. They are frozen attrs classes with keyword-only fields.

A field's documentation stands in its metadata, so that the JSON Schema (`cab schema`) tells it too.
"""

from __future__ import annotations

import json
from typing import Any

from cab_core.errors import UserError

# A JSON value. Python's typing has no short recursive spelling that mypy and cattrs both take.
Json = Any
_ONE_SPELLING = (str, bool, type(None))  # nearly all there is
_write = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def canonical(value: Json) -> str:
    """Return a JSON value as the text that all equal values share: `1` and `1.0`, keys in any order."""
    return _write(_same_numbers(value))


def _same_numbers(value: Json) -> Json:
    """A number is written in several ways, in TOML, on a command line, in JSON: 60 and 60.0 are one."""
    if isinstance(value, _ONE_SPELLING):
        return value
    if isinstance(value, dict):
        return {k: _same_numbers(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_same_numbers(v) for v in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def doc(text: str, **constraints: Json) -> dict[str, Json]:
    """Return field metadata: a description and JSON Schema constraints (`pattern`, `minimum` ...)."""
    return {"doc": text, "schema": constraints}


NAME_BYTES = 512  # of one name; those of a cell together still fit into a path


def named(_: object, attribute: Any, value: Any) -> None:
    """Hold a name, or a tuple of them, against what a path and a page can take: a validator of attrs.

    Raises:
        UserError: one is no UTF-8 or too long.
    """
    for text in (value,) if isinstance(value, str) else value:
        try:
            size = len(text.encode())
        except UnicodeEncodeError:
            raise UserError(f"{attribute.name} {text[:40]!r}: expected text in UTF-8") from None
        if size > NAME_BYTES:
            said = f"{attribute.name} {text[:40]!r}..."
            raise UserError(f"{said}: {size:,} bytes, expected at most {NAME_BYTES}")
