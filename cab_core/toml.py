"""The one reader of TOML: the standard library's, kept from texts that it takes for ever over, or breaks at.

For a key of n parts `tomllib` takes time with the square of n and more (10,000 parts: most of a minute),
and it calls itself for each bracket within another.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from typing import Any

PARTS, OPEN = 20, 20  # of a key; brackets within one another: several times what people write

# Whatever is opened ends somewhere, at the end of the text if need be: no place is looked at twice.
_TOKENS = re.compile(
    r"""\"{3}(?:\\.?|[^\\])*?(?:\"{3}|\Z)|'{3}.*?(?:'{3}|\Z)"""
    r"""|"(?:\\.?|[^"\\\n])*"?|'[^'\n]*'?|\#[^\n]*|[][{}.,=\n]""",
    re.DOTALL,
)


def loads(text: str, parse_float: Callable[[str], Any] = float) -> dict[str, Any]:
    """Return what a TOML text holds.

    Raises:
        ValueError: it is no TOML, a key has more than `PARTS` parts, or brackets stand deeper than `OPEN`.
    """
    _check_size(text)
    return tomllib.loads(text, parse_float=parse_float)


def _check_size(text: str) -> None:
    if text.count("[") + text.count("{") <= OPEN and max(map(_dots, text.split("\n"))) < PARTS:
        return  # as nearly every text that people write
    parts, opened = 1, 0
    for found in _TOKENS.finditer(text):
        token = found[0]
        if token == ".":
            parts += 1
        elif token in "[{":
            parts, opened = 1, opened + 1
        elif token in "]}":
            parts, opened = 1, opened - 1
        elif token in ",=\n":
            parts = 1
        if parts > PARTS or opened > OPEN:
            what = f"a key of more than {PARTS} parts" if parts > PARTS else f"brackets more than {OPEN} deep"
            raise ValueError(f"{what} (at line {text.count(chr(10), 0, found.start()) + 1})")


def _dots(line: str) -> int:
    return line.count(".")
