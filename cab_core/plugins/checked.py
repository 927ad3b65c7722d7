"""Is a value what its annotation says, all the way down? Types are said in records and protocols alone."""

from __future__ import annotations

import functools
import math
import re
import types
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, TypeVar, Union

import attrs

DEEPEST = 100  # levels of a JSON value
LARGEST = 1e300  # a number; what is beyond cannot be added up


class Misfit(Exception):
    """What is wrong with a value: at which place in it, what was expected there, and what it is."""

    def __init__(self, where: str, expected: str, got: str) -> None:
        self.where, self.expected, self.got = where, expected, got
        super().__init__(f"{where}: expected {expected}, got {got}" if where else f"expected {expected}")


def checked(value: Any, tp: Any, where: str = "") -> Any:
    """Return the value, lists as tuples where a tuple is expected, and no container shared with the giver.

    Raises:
        Misfit: it is not of this type, or something in it is not.
    """
    if tp is Any:
        return _json(value, where, DEEPEST)
    if isinstance(tp, TypeVar):
        return value
    if attrs.has(tp):
        return _record(value, tp, where)
    origin = typing.get_origin(tp)
    if origin is None:
        return _plain(value, tp, where)
    return _OF_ORIGIN[origin](value, tp, where)


def named(tp: Any) -> str:
    """Return a type as people write it."""
    args = typing.get_args(tp)
    origin = typing.get_origin(tp)
    if tp is type(None) or tp is None:
        return "None"
    if origin in (Union, types.UnionType):
        return " or ".join(named(a) for a in args)
    if origin is Literal:
        return "one of " + ", ".join(map(repr, args))
    if origin in (dict, Mapping):
        return f"dict of {named(args[0])} to {named(args[1])}"
    if origin is not None:
        return f"{'tuple' if origin is tuple else 'sequence'} of {named(args[0])}"
    return "a JSON value" if tp is Any else str(getattr(tp, "__name__", tp))


def kind_of(value: Any) -> str:
    """Return what a value is: itself where it is short and plain; no text, which may be secret."""
    if value is None or isinstance(value, bool | int | float):
        return _safe(value)[:40]
    return type(value).__name__


def _safe(value: Any) -> str:
    try:
        return repr(value)
    except Exception:  # noqa: BLE001  an integer of 5,000 digits has no text
        return type(value).__name__


def _plain(value: Any, tp: Any, where: str) -> Any:
    if tp is type(None) or tp is None:
        fits = value is None
    elif tp is float:
        fits = isinstance(value, int | float) and not isinstance(value, bool) and _finite(value)
    elif tp is int:
        fits = isinstance(value, int) and not isinstance(value, bool) and _finite(value)
    else:
        fits = isinstance(value, tp)
    if not fits:
        raise Misfit(where, named(tp), kind_of(value))
    return value


def _finite(number: float) -> bool:
    return -LARGEST <= number <= LARGEST and math.isfinite(number)


def _json(value: Any, where: str, levels: int) -> Any:
    if levels < 0:
        raise Misfit(where, f"at most {DEEPEST} levels", "more")
    if isinstance(value, dict):
        strange = [k for k in value if not isinstance(k, str)]
        if strange:
            raise Misfit(where, "keys that are str", f"the key {kind_of(strange[0])}")
        return {k: _json(v, _key(where, k), levels - 1) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_json(v, f"{where}[{i}]", levels - 1) for i, v in enumerate(value)]
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | float) and _finite(value):
        return value
    raise Misfit(where, "a JSON value", kind_of(value))


@functools.cache
def _fields(cls: Any) -> list[tuple[Any, Any]]:
    hints = typing.get_type_hints(cls)
    return [(field, hints[field.name]) for field in attrs.fields(cls) if field.init]


def _record(value: Any, cls: Any, where: str) -> Any:
    if not isinstance(value, cls):
        raise Misfit(where, cls.__name__, kind_of(value))
    found = {}
    for field, hint in _fields(cls):
        inner = _key(where, field.name)
        found[field.name] = checked(getattr(value, field.name), hint, inner)
        _bounds(found[field.name], field.metadata.get("schema", {}), inner)
    return attrs.evolve(value, **found)


def _bounds(value: Any, bounds: Mapping[str, Any], where: str) -> None:
    """Hold a field against those bounds of its schema that a plugin's values have."""
    if "pattern" in bounds and isinstance(value, str) and not re.search(bounds["pattern"], value):
        raise Misfit(where, f"a text like {bounds['pattern']}", repr(value[:60]))
    if isinstance(value, tuple) and len(value) < bounds.get("minItems", 0):
        raise Misfit(where, f"at least {bounds['minItems']} of them", str(len(value)))


def _either(value: Any, tp: Any, where: str) -> Any:
    alternatives = typing.get_args(tp)
    if value is None and type(None) in alternatives:
        return None
    found: list[Misfit] = []
    for alternative in alternatives:
        try:
            return checked(value, alternative, where)
        except Misfit as misfit:
            found.append(misfit)
    # Where it is of one of the types, what is wrong inside is the message.
    deeper = [m for m in found if m.where != where]
    raise deeper[0] if deeper else Misfit(where, named(tp), kind_of(value))


def _literal(value: Any, tp: Any, where: str) -> Any:
    if not any(value == a and type(value) is type(a) for a in typing.get_args(tp)):
        raise Misfit(where, named(tp), repr(value)[:60] if isinstance(value, str) else kind_of(value))
    return value


def _sequence(value: Any, tp: Any, where: str) -> Any:
    args = typing.get_args(tp)
    if not isinstance(value, list | tuple):
        raise Misfit(where, named(tp), kind_of(value))
    if typing.get_origin(tp) is tuple and args[-1] is not Ellipsis:
        if len(value) != len(args):
            raise Misfit(where, f"{len(args)} items", str(len(value)))
        return tuple(checked(v, a, f"{where}[{i}]") for i, (v, a) in enumerate(zip(value, args, strict=True)))
    found = [checked(v, args[0], f"{where}[{i}]") for i, v in enumerate(value)]
    return tuple(found) if typing.get_origin(tp) is tuple else found


def _iterable(value: Any, tp: Any, where: str) -> Any:
    """Read it to its end here, where what it raises is still its author's."""
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise Misfit(where, named(tp), kind_of(value))
    return [checked(v, typing.get_args(tp)[0], f"{where}[{i}]") for i, v in enumerate(value)]


def _iterator(value: Any, tp: Any, where: str) -> Any:
    if not isinstance(value, Iterator):
        raise Misfit(where, "an iterator", kind_of(value))
    return value


def _mapping(value: Any, tp: Any, where: str) -> Any:
    keys, values = typing.get_args(tp)
    if not isinstance(value, Mapping):
        raise Misfit(where, named(tp), kind_of(value))
    found = {}
    for key, inner in value.items():
        checked(key, keys, f"a key of {where}" if where else "a key")
        found[key] = checked(inner, values, _key(where, str(key)))
    return found


def _key(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key


_OF_ORIGIN: dict[Any, Any] = {
    Union: _either,
    types.UnionType: _either,
    Literal: _literal,
    tuple: _sequence,
    list: _sequence,
    Sequence: _sequence,
    Iterable: _iterable,
    Iterator: _iterator,
    dict: _mapping,
    Mapping: _mapping,
}
