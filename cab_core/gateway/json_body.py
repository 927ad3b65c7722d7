"""Reading JSON that an endpoint wrote: what is none is passed over."""

from __future__ import annotations

import json
from typing import Any

import msgspec


def parse_object(data: bytes) -> dict[str, Any]:
    """Return the JSON object in `data`, or an empty one where there is none."""
    try:
        value = msgspec.json.decode(data)
    except (ValueError, RecursionError):
        value = _leniently(data)
    return value if isinstance(value, dict) else {}


def _leniently(data: bytes) -> Any:
    """Return what the standard library reads: half a surrogate, NaN, UTF-16 and the like as well."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def parse_objects(data: bytes) -> list[dict[str, Any]]:
    """Return the object in `data`, or those of a list of objects; nothing where it is neither."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return []
    found = value if isinstance(value, list) else [value]
    return found if all(isinstance(v, dict) for v in found) else []
