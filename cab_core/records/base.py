"""What the record classes share. They are frozen attrs classes with keyword-only fields.

A field's documentation stands in its metadata, so that the JSON Schema (`cab schema`) tells it too.
"""

from __future__ import annotations

from typing import Any

from cab_core.errors import UserError

# A JSON value. Python's typing has no short recursive spelling that mypy and cattrs both take.
Json = Any


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
