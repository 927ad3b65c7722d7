"""The form in which texts are searched: one for all the ways in which JSON, URLs and terminals spell a text.

Blanks, line ends, control characters, backslashes and what steers a terminal are left out, escapes undone,
and base64 for URLs is plain base64. So what is searched is found however it was escaped, coloured or wrapped.
Each byte is looked at a bounded number of times: the quantifiers are possessive, and runs are taken whole.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Callable

_SKIPPED = bytes(range(0x21)) + b"\\\x7f"
_SAME = bytes.maketrans(b"-_", b"+/")
# Spellings that are longer than one character: what steers a terminal (ECMA-48; not titles and links, whose
# text is one to be searched), JSON's escapes and a URL's. The set in front is what makes the search quick.
_CONTROL = rb"(?:\[[0-?]*+[ -/]*+[@-~]|[ -/]++[0-~])"
_ESCAPES = rb"(?<=\x1b)%s|(?<=\\)\\*+(?:u001[bB]%s|u([0-9A-Fa-f]{4}))?|(?<=%%)(?:25)*([0-9A-Fa-f]{2})" % (
    _CONTROL,
    _CONTROL,
)
_ESCAPE = re.compile(rb"[\x1b\\%%](?:%s)" % _ESCAPES)
_PIECE = re.compile(rb"[\x00-\x20\x7f\\%%](?:%s|(?<=[\x00-\x20\x7f])[\x00-\x1a\x1c-\x20\x7f]*+)" % _ESCAPES)
_OF_A_URL = re.compile(rb"%[0-9A-Fa-f]{2}")
# At the end of a text: the beginning of such a spelling.
_UNFINISHED = re.compile(
    rb"(?:(?:\x1b|(?<!\\)\\++u001[bB])(?:\[[0-?]*+)?[ -/]*+"
    rb"|(?<!\\)\\++(?:u[0-9A-Fa-f]{0,3})?|%(?:25)*+[0-9A-Fa-f]?)\Z"
)


def canonical(data: bytes) -> bytes:
    """Return a text in that form."""
    escaped = b"\\u" in data or b"\x1b" in data or _OF_A_URL.search(data) is not None
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
    plain, end, kind = bytearray(), 0, "I" if len(data) < 1 << 32 else "Q"
    # Numbers alone: an agent may send as many blanks as letters. A stop of 0: what begins there is plain.
    begins, starts, stops = array(kind, [0]), array(kind, [0]), array(kind, [0])

    def piece(start: int, stop: int) -> None:
        begins.append(len(plain))
        starts.append(start)
        stops.append(stop)

    for match in _PIECE.finditer(data):
        if match.start() > end:
            piece(end, 0)
            plain += data[end : match.start()]
        end = match.end()
        if found := _unescaped(match):
            piece(*match.span())
            plain += found
    piece(end, 0)
    plain += data[end:]

    def where(at: int) -> tuple[int, int]:
        number = bisect_right(begins, at) - 1
        start, stop = starts[number], stops[number]
        return (start, stop) if stop else (start + at - begins[number], start + at - begins[number] + 1)

    return bytes(plain).translate(_SAME), where


def finished(data: bytes) -> int:
    """Return where at the end of a text an unfinished spelling begins; else the text's length."""
    return part.start() if (part := _UNFINISHED.search(data)) else len(data)
