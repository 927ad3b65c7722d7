"""What the record classes share. They are frozen attrs classes with keyword-only fields.

A field's documentation stands in its metadata, so that the JSON Schema (`cab schema`) tells it too.
"""

from __future__ import annotations

from typing import Any

# A JSON value. Python's typing has no short recursive spelling that mypy and cattrs both take.
Json = Any


def doc(text: str, **constraints: Json) -> dict[str, Json]:
    """Return field metadata: a description and JSON Schema constraints (`pattern`, `minimum` ...)."""
    return {"doc": text, "schema": constraints}
