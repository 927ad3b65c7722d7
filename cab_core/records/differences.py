"""What differs between two records of a cell's inputs, in words: the reasons for running it anew."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import takewhile

from .base import Json

_FILES = ("task.workdir.", "task.scripted.", "grader.tests.")  # entries are `sha256 mode` or `link TARGET`
_FILE = re.compile(r"[0-9a-f]{64} ([0-7]{3,4})")
_SHOWN = 60  # characters of a value
_BEFORE = 15  # of them, what two values share before they differ


def differences(before: Json, after: Json, path: str = "") -> Iterator[str]:
    """Yield a sentence for each leaf in which two values differ, such as `limits.wall_s was 60, is 90`."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            below = f"{path}.{key}" if path else key
            yield from differences(before.get(key), after.get(key), below)
    elif before != after:
        yield f"{path}{_change(before, after, path.startswith(_FILES))}"


def _change(before: Json, after: Json, file: bool) -> str:
    if file and isinstance(before, str) and isinstance(after, str):
        one, other = _FILE.fullmatch(before), _FILE.fullmatch(after)
        if one and other:
            mode = f"mode was {one[1]}, is {other[1]}" if one[1] != other[1] else ""
            content = "content changed" if before[:64] != after[:64] else ""
            return f": {', '.join(filter(None, (content, mode)))}"
    said = [_entry(value) if file else _text(value) for value in (before, after)]
    return " was {}, is {}".format(*_short(*said))


def _entry(value: Json) -> str:
    """Return what a file's entry is, for people."""
    found = _FILE.fullmatch(value) if isinstance(value, str) else None
    if found:
        return f"a file of mode {found[1]}"
    link = isinstance(value, str) and value.startswith("link ")
    return f"a {value}" if link else _text(value)


def _text(value: Json) -> str:
    return "not there" if value is None else json.dumps(value, ensure_ascii=False)


def _short(one: str, other: str) -> tuple[str, str]:
    """Return two texts cut so that what differs can be seen: not the same beginning twice."""
    common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    hidden = max(len(one), len(other)) > _SHOWN and common > _SHOWN - _BEFORE
    start = common - _BEFORE if hidden else 0
    return _cut(one, start), _cut(other, start)


def _cut(text: str, start: int) -> str:
    head = "..." if start else ""
    rest = text[start:]
    return head + (rest if len(rest) <= _SHOWN else f"{rest[: _SHOWN - 3]}...")
