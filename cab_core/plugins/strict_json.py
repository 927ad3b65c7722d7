"""Reading JSON that an agent wrote: what readers could differ on is not read at all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

_DEEPEST = 200  # levels: what is nested deeper no reader of ours is to fail on
_DENSEST = 2_000_000  # commas, colons and brackets of a request: reading more would hold up all cells


def read_strictly(body: bytes, names: Mapping[str, Iterable[str]]) -> dict[str, Any]:
    """Return the object of a request, or an empty one where there is none, or readers differ on it.

    `names`: the keys that are looked at, and those within them. Where a key comes twice, some take the first
    and some the last (RFC 8259, 4), and Go's encoding/json does not tell `Model` from `model`: so an agent
    could have another model answer than the one we see.
    """
    # Counted before it is parsed: a body of nothing but brackets takes seconds, and all cells wait.
    opened = body.count(b"[") + body.count(b"{")
    if opened + body.count(b",") + body.count(b":") > _DENSEST:
        return {}
    try:
        value = _DECODER.decode(body.decode("utf-8"))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(value, dict) or not _is_clear(value, names):
        return {}
    return {} if opened > _DEEPEST and is_deep(value) else value


def is_deep(value: Any) -> bool:
    """Return whether a JSON value is nested deeper than any reader of ours is to go."""
    level = [value]
    for _ in range(_DEEPEST):
        inner = [v for found in level for v in (found.values() if isinstance(found, dict) else found)]
        level = [v for v in inner if isinstance(v, (dict, list))]
        if not level:
            return False
    return True


def switches_are_plain(*values: object) -> bool:
    """Return whether each is true, false or absent: `1` is a stream to servers that coerce, else none."""
    return all(value is None or isinstance(value, bool) for value in values)


class _Unclear(dict[str, Any]):
    """An object in which a key comes twice, be it in another case."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    clear = len({k.casefold() for k, _ in pairs}) == len(pairs)
    return dict(pairs) if clear else _Unclear(pairs)


_DECODER = json.JSONDecoder(object_pairs_hook=_object)


def _is_clear(request: dict[str, Any], names: Mapping[str, Iterable[str]]) -> bool:
    objects = [(request, set(names)), *((request.get(n), set(inner)) for n, inner in names.items() if inner)]
    return all(reads_one_way(found, known) for found, known in objects if isinstance(found, dict))


def reads_one_way(found: dict[str, Any], known: set[str]) -> bool:
    """Return whether all readers find the same under these keys of an object that was read strictly."""
    return not isinstance(found, _Unclear) and all(k in known or k.casefold() not in known for k in found)
