"""What one request added to another: by the places of JSON, or by lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

import attrs

from .wire_body import folded, json_of, text_of

_MANY = 1000  # entries that are held against each other one by one


@attrs.frozen
class Change:
    """`+` was added, `-` dropped, `~` changed. `where`: a place such as `messages[4]`, or `line 3`."""

    what: str
    where: str
    old: Any = None
    new: Any = None

    def row(self) -> dict[str, Any]:
        """Return it for programs."""
        said = {"+": "added", "-": "dropped", "~": "changed"}[self.what]
        old = {} if self.what == "+" else {"old": self.old}
        new = {} if self.what == "-" else {"new": self.new}
        return {"change": said, "where": self.where, **old, **new}

    def line(self, full: bool) -> str:
        """Return it for people."""
        old, new = (json.dumps(folded(value, full), ensure_ascii=False) for value in (self.old, self.new))
        value = {"+": new, "-": old, "~": f"{old} -> {new}"}[self.what]
        return f"{self.what} {self.where}: {value}"


def changes(one: bytes, other: bytes) -> tuple[str, list[Change]]:
    """Return how two bodies were compared, `json` or `lines`, and what the second changed in the first."""
    try:
        before, after = json_of(one), json_of(other)
    except ValueError:
        before = after = None
    if isinstance(before, dict) and isinstance(after, dict):
        return "json", list(_of_objects(before, after, ""))
    return "lines", list(_of_lists(text_of(one).split("\n"), text_of(other).split("\n"), "line {}", 1))


def _of_objects(one: dict[str, Any], other: dict[str, Any], place: str) -> Iterator[Change]:
    for key in dict.fromkeys([*one, *other]):
        where = f"{place}{key}"
        if key not in other:
            yield Change("-", where, old=one[key])
        elif key not in one:
            yield Change("+", where, new=other[key])
        elif not _same(one[key], other[key]):
            yield from _of_values(one[key], other[key], where)


def _of_values(one: Any, other: Any, where: str) -> Iterator[Change]:
    if isinstance(one, list) and isinstance(other, list):
        yield from _of_lists(one, other, where + "[{}]", 0)
    elif isinstance(one, dict) and isinstance(other, dict):
        yield from _of_objects(one, other, f"{where}.")
    else:
        yield Change("~", where, old=one, new=other)


def _of_lists(one: list[Any], other: list[Any], where: str, first: int) -> Iterator[Change]:
    """Compare entries, those that moved on with what was put in before them as the same."""
    for tag, a, b, c, d in _blocks([_key(v) for v in one], [_key(v) for v in other]):
        both = min(b - a, d - c) if tag == "replace" else 0
        for n in range(both):
            yield from _of_values(one[a + n], other[c + n], where.format(c + n + first))
        yield from (Change("-", where.format(n + first), old=one[n]) for n in range(a + both, b))
        yield from (Change("+", where.format(n + first), new=other[n]) for n in range(c + both, d))


def _blocks(one: list[str], other: list[str]) -> Iterator[tuple[str, int, int, int, int]]:
    """Yield where two lists differ, as `difflib` has it; of long ones all that is not at both ends."""
    most, first, last = min(len(one), len(other)), 0, 0
    while first < most and one[first] == other[first]:
        first += 1
    while last < most - first and one[-1 - last] == other[-1 - last]:
        last += 1
    a, b = one[first : len(one) - last], other[first : len(other) - last]
    if max(len(a), len(b)) > _MANY:
        yield "replace", first, first + len(a), first, first + len(b)
        return
    for tag, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag != "equal":
            yield tag, first + i, first + j, first + k, first + m


def _same(one: Any, other: Any) -> bool:
    return _key(one) == _key(other)


def _key(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)
