"""Putting a field into a JSON object: every other byte stays as it came."""

from __future__ import annotations

import json
from collections.abc import Sequence
from json.decoder import scanstring  # type: ignore[attr-defined]

_DECODER = json.JSONDecoder()
_BLANKS = " \t\n\r"


def insert(body: bytes, name: str, value: str, within: str | None = None) -> bytes:
    """Return an object, known to be one, with one more field in front: of it, or of the object `within` it.

    `value` is JSON. The object has no field of that name.

    Raises:
        ValueError: there is no object `within`.
    """
    text = body.decode("utf-8")
    start = _object_in(text, within)
    empty = text[_skip(text, start + 1)] == "}"
    field = f"{json.dumps(name)}:{value}{'' if empty else ','}"
    return (text[: start + 1] + field + text[start + 1 :]).encode()


def replace(body: bytes, name: str, value: str, within: str | None = None) -> bytes:
    """Return an object, known to be one, with another value in a field of it, or of the object `within` it.

    Raises:
        ValueError: it has no such field.
    """
    text = body.decode("utf-8")
    start = _value_of(text, name, _object_in(text, within))
    _, end = _DECODER.raw_decode(text, start)
    return (text[:start] + value + text[end:]).encode()


def put(body: bytes, path: Sequence[str], value: str) -> bytes:
    """Return an object, known to be one, with a value at a path of names.

    It replaces the one that is there; else it comes in front of the innermost object on the way. What stands
    on the way and is no object is replaced.
    """
    text = body.decode("utf-8")
    start = text.index("{")
    for depth, name in enumerate(path, 1):
        try:
            at = _value_of(text, name, start)
        except ValueError:
            field = f"{json.dumps(name)}:{_nested(path[depth:], value)}"
            comma = "" if text[_skip(text, start + 1)] == "}" else ","
            return (text[: start + 1] + field + comma + text[start + 1 :]).encode()
        start = at
        if text[start] != "{":
            break
    _, end = _DECODER.raw_decode(text, start)
    return (text[:start] + _nested(path[depth:], value) + text[end:]).encode()


def _nested(path: Sequence[str], value: str) -> str:
    heads = "".join(f"{{{json.dumps(name)}:" for name in path)
    return f"{heads}{value}{'}' * len(path)}"


def _object_in(text: str, within: str | None) -> int:
    start = text.index("{")
    if within is None:
        return start
    start = _value_of(text, within, start)
    if text[start] != "{":
        raise ValueError(f"{within} is no object")
    return start


def _value_of(text: str, name: str, start: int) -> int:
    """Return where the value of a field begins, of the object that begins at `start`."""
    at = _skip(text, start + 1)
    while text[at] == '"':
        found, at = scanstring(text, at + 1, True)
        at = _skip(text, _skip(text, at) + 1)  # the colon
        if found == name:
            return at
        _, at = _DECODER.raw_decode(text, at)
        at = _skip(text, at)
        if text[at] != ",":
            break
        at = _skip(text, at + 1)
    raise ValueError(f"no field {name!r}")


def _skip(text: str, at: int) -> int:
    while text[at] in _BLANKS:
        at += 1
    return at
