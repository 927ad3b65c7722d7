"""Writing JSON, a value a line, while calls wait for it."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from .convert import to_json


def json_line(value: Any) -> bytes:
    """Return a record, or a JSON value, as a line.

    Half a surrogate, which stands for what is no UTF-8, is written as its escape.
    """
    try:
        return msgspec.json.encode(value) + b"\n"  # takes attrs classes as they are
    except (UnicodeEncodeError, TypeError):  # the latter for a kind of `str`
        return json.dumps(to_json(value)).encode() + b"\n"
