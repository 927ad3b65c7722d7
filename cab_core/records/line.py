"""Writing JSON, a value a line, while calls wait for it."""

from __future__ import annotations

import json
from typing import Any

import msgspec


def json_line(value: Any) -> bytes:
    """Return a JSON value as a line; half a surrogate, which stands for what is no UTF-8, as its escape."""
    try:
        return msgspec.json.encode(value) + b"\n"
    except (UnicodeEncodeError, TypeError):  # the latter for a kind of `str`
        return json.dumps(value).encode() + b"\n"
