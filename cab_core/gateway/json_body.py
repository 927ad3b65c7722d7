"""Reading JSON that an endpoint wrote: what is none is passed over."""

from __future__ import annotations

import json
from typing import Any


def parse_object(data: bytes) -> dict[str, Any]:
    """Return the JSON object in `data`, or an empty one where there is none."""
    try:
        # `loads` looks for UTF-16 and the like first, which an object that begins so is not.
        value = json.loads(data.decode("utf-8", "surrogatepass") if data.startswith(b'{"') else data)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def parse_objects(data: bytes) -> list[dict[str, Any]]:
    """Return the object in `data`, or those of a list of objects; nothing where it is neither."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return []
    found = value if isinstance(value, list) else [value]
    return found if all(isinstance(v, dict) for v in found) else []
