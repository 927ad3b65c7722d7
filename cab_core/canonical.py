"""The form in which texts are searched: one for all the ways in which JSON, URLs and terminals spell a text.

Line ends, backslashes and colours are left out, escapes undone, and base64 for URLs is plain base64. So what
is searched is found however it was escaped or wrapped, at the speed of a plain search.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable

# Spellings that are longer than one character: colours of a terminal, JSON's escapes and a URL's.
# The set in front is what makes the search quick.
_ESCAPE = re.compile(
    rb"[\x1b\\%\r\n](?:(?<=\x1b)\[[0-9;?]*[A-Za-z]|(?<=\\)\\*u001[bB]\[[0-9;?]*[A-Za-z]"
    rb"|(?<=\\)\\*u([0-9A-Fa-f]{4})|(?<=%)(?:25)*([0-9A-Fa-f]{2})|(?<=[\r\n\\])[\r\n]*)"
)
_OF_A_URL = re.compile(rb"%[0-9A-Fa-f]{2}")
UNFINISHED = re.compile(
    rb"(?:(?:\x1b|\\{1,16}u001[bB])(?:\[[0-9;?]{0,16})?|\\{1,16}(?:u[0-9A-Fa-f]{0,3})?|%(?:25){0,8}[0-9A-Fa-f]?)\Z"
)
_SAME = bytes.maketrans(b"-_", b"+/")
_SKIPPED = b"\r\n\\"


def canonical(data: bytes) -> bytes:
    """Return a text in that form."""
    escaped = b"\\u" in data or b"\x1b[" in data or _OF_A_URL.search(data) is not None
    plain = _ESCAPE.sub(_unescaped, data) if escaped else data
    return plain.translate(_SAME, _SKIPPED)


def _unescaped(match: re.Match[bytes]) -> bytes:
    """Return what an escape stands for; nothing where that is skipped."""
    code = match[1] or match[2]
    if not code:
        return b""
    found = bytes([int(code, 16)]) if match[2] else chr(int(code, 16)).encode("utf-8", "surrogatepass")
    return b"" if found in _SKIPPED else found


def located(data: bytes) -> tuple[bytes, Callable[[int], tuple[int, int]]]:
    """Return the canonical form, and what tells where in `data` a byte of it begins and ends."""
    plain, begins, pieces, end = bytearray(), [0], [(0, 0)], 0
    for match in _ESCAPE.finditer(data):
        if match.start() > end:
            begins.append(len(plain))
            pieces.append((end, 0))
            plain += data[end : match.start()]
        end = match.end()
        if found := _unescaped(match):
            begins.append(len(plain))
            pieces.append(match.span())
            plain += found
    begins.append(len(plain))
    pieces.append((end, 0))
    plain += data[end:]

    def where(at: int) -> tuple[int, int]:
        number = bisect_right(begins, at) - 1
        start, stop = pieces[number]
        return (start, stop) if stop else (start + at - begins[number], start + at - begins[number] + 1)

    return bytes(plain).translate(_SAME), where
