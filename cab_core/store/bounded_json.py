"""JSON as its standard has it, no NaN and no Infinity, of limited depth and limited numbers."""

from __future__ import annotations

import json
from typing import Any

LARGEST = 1e300  # a number; a hundred million of them can be added up
_BEYOND = f"it holds a number beyond {LARGEST:g}"
DEPTH = 100  # arrays and objects within one another


def parse(data: bytes) -> Any:
    """Return a JSON value of limited depth and limited numbers; ValueError says why it is none."""
    try:
        text = data.decode("utf-8")
        value = json.loads(text, parse_constant=_constant, parse_float=_float, parse_int=_int)
    except RecursionError:
        value = None
    # Nothing is deeper than it has opening brackets, which are counted in a fraction of the time.
    if value is None or (data.count(b"{") + data.count(b"[") > DEPTH and _deep(value)):
        raise ValueError(f"expected an object of at most {DEPTH} levels")
    return value


def _constant(text: str) -> float:
    raise ValueError(f"{text} is no number in JSON")


# A record has some sixty numbers: one call for each, and no more.
def _float(text: str) -> float:
    number = float(text)
    if -LARGEST <= number <= LARGEST:
        return number
    raise ValueError(_BEYOND)


def _int(text: str) -> int:
    number = int(text)
    if -LARGEST <= number <= LARGEST:
        return number
    raise ValueError(_BEYOND)


def _deep(value: Any) -> bool:
    """Tell whether there are more than `DEPTH` levels, without recursion."""
    level = [value]
    for _ in range(DEPTH + 1):
        inner = (v.values() if isinstance(v, dict) else v for v in level if isinstance(v, dict | list))
        level = [child for children in inner for child in children]
        if not level:
            return False
    return True
