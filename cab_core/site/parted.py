"""A page that is too large keeps its small parts; the largest stand in scripts beside it (`static/late.js`).

Parts are marked by comments, which nothing but a template writes: in a text of a cell each `<` is escaped.
"""

from __future__ import annotations

import re

from .output import Files
from .text import compact

_LARGEST = 280_000  # bytes of a page
_PART = re.compile(r"<!--part ([a-z]+)-->(.*?)<!--/part-->\n?", re.DOTALL)


def parted(address: str, page: str) -> Files:
    """Make a page, `index.html` at an address, and scripts with those of its parts that it does not hold."""
    over = _size(page) - _LARGEST
    gone = []
    for match in sorted(_PART.finditer(page), key=lambda m: -len(m[2])):
        if over <= 0 or not match[2].strip():
            break
        over -= _size(match[2])
        gone.append(match[1])
        yield f"{address}/{match[1]}.js", f'cabLate("{match[1]}",{compact(match[2])})\n'
    yield f"{address}/index.html", _PART.sub(lambda m: _holder(m[1]) if m[1] in gone else m[2], page)


def _holder(name: str) -> str:
    return f'<div data-part="{name}"></div>\n'


def _size(text: str) -> int:
    return len(text.encode("utf-8", "backslashreplace"))
