"""Texts of a table. What an agent or an endpoint wrote is hostile to whoever opens the table."""

from __future__ import annotations

import json
import re
from typing import Any

# A spreadsheet runs a text that begins so as a formula, full-width forms too (OWASP, "CSV injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# What a spreadsheet may take away from the front: blanks, and characters that show nothing.
_UNSEEN = re.compile(r"[\s\u00ad\u200b-\u200f\u2060-\u2064\ufeff\u2400-\u241f]*")
_QUOTE = "'"
_KEPT = "\t\n\r"
# Controls by what shows them: no reader of CSV takes NUL, and a terminal obeys the others.
_SHOWN = {n: chr(0x2400 + n) for n in range(32) if chr(n) not in _KEPT}
_SHOWN |= {0x7F: "\N{SYMBOL FOR DELETE}", **{n: f"\\x{n:02x}" for n in range(0x80, 0xA0)}}


def utf8(value: Any) -> Any:
    """Return a JSON value that any reader of UTF-8 takes: of a name that was none the bytes are escapes."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {utf8(key): utf8(inner) for key, inner in value.items()}
    return [utf8(inner) for inner in value] if isinstance(value, list | tuple) else value


def in_json(value: Any) -> str:
    """Return a JSON value as one line, in ASCII. A number that is none in JSON is an error."""
    return json.dumps(utf8(value), allow_nan=False)


def in_csv(value: Any) -> str:
    """Return a value as the text of a field of CSV; what is unknown is empty.

    A text that begins like a formula, also behind blanks, or with `'`, gets a `'` in front: who takes one
    away from the front has the text. Controls but tabs and ends of lines are shown by their symbols.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        return in_json(value)
    text: str = utf8(value).translate(_SHOWN)
    begins = text.startswith((_QUOTE, *_FORMULA)) or _UNSEEN.sub("", text, count=1).startswith(_FORMULA)
    return _QUOTE + text if begins else text
