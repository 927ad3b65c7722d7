"""Is a value what its annotation says, all the way down? Types are said in records and protocols alone."""

from __future__ import annotations

import functools
import math
import re
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, TypeVar, Union

import attrs

DEEPEST = 100  # levels of a JSON value
LARGEST = 1e300  # a number; what is beyond cannot be added up
Checker = Callable[[Any, str], Any]  # given a value and its place


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
    return _checker(tp)(value, where)


@functools.cache
def _checker(tp: Any) -> Checker:
    """A large pack has a hundred thousand values of a few types: what a type means is found out once."""
    if tp is Any:
        return lambda value, where: _json(value, where, DEEPEST)
    if isinstance(tp, TypeVar):
        return lambda value, _: value
    if attrs.has(tp):
        return functools.partial(_record, tp)
    origin = typing.get_origin(tp)
    return _plain(tp) if origin is None else _OF_ORIGIN[origin](tp)


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


def _plain(tp: Any) -> Checker:
    def check(value: Any, where: str) -> Any:
        if not (isinstance(value, tp) if fits is None else fits(value)):
            raise Misfit(where, named(tp), kind_of(value))
        return value

    fits = _PLAIN.get(tp)
    return check


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
def _fields(cls: Any) -> list[tuple[str, Checker, Mapping[str, Any]]]:
    hints = typing.get_type_hints(cls)
    fields = [field for field in attrs.fields(cls) if field.init]
    return [(f.name, _checker(hints[f.name]), f.metadata.get("schema", {})) for f in fields]


def _record(cls: Any, value: Any, where: str) -> Any:
    if not isinstance(value, cls):
        raise Misfit(where, cls.__name__, kind_of(value))
    changed = {}
    for name, check, bounds in _fields(cls):
        inner, given = f"{where}.{name}" if where else name, getattr(value, name)
        found = check(given, inner)
        if bounds:
            _bounds(found, bounds, inner)
        if found is not given:
            changed[name] = found
    return attrs.evolve(value, **changed) if changed else value


def _bounds(value: Any, bounds: Mapping[str, Any], where: str) -> None:
    """Hold a field against those bounds of its schema that a plugin's values have."""
    if "pattern" in bounds and isinstance(value, str) and not re.search(bounds["pattern"], value):
        raise Misfit(where, f"a text like {bounds['pattern']}", repr(value[:60]))
    if isinstance(value, tuple) and len(value) < bounds.get("minItems", 0):
        raise Misfit(where, f"at least {bounds['minItems']} of them", str(len(value)))


def _either(tp: Any) -> Checker:
    alternatives = [_checker(a) for a in typing.get_args(tp)]
    may_be_none = type(None) in typing.get_args(tp)

    def check(value: Any, where: str) -> Any:
        if value is None and may_be_none:
            return None
        found: list[Misfit] = []
        for alternative in alternatives:
            try:
                return alternative(value, where)
            except Misfit as misfit:
                found.append(misfit)
        # Where it is of one of the types, what is wrong inside is the message.
        deeper = [m for m in found if m.where != where]
        raise deeper[0] if deeper else Misfit(where, named(tp), kind_of(value))

    return check


def _literal(tp: Any) -> Checker:
    args = typing.get_args(tp)

    def check(value: Any, where: str) -> Any:
        if not any(value == a and type(value) is type(a) for a in args):
            raise Misfit(where, named(tp), repr(value)[:60] if isinstance(value, str) else kind_of(value))
        return value

    return check


def _sequence(tp: Any) -> Checker:
    args, is_tuple = typing.get_args(tp), typing.get_origin(tp) is tuple
    if is_tuple and args[-1] is not Ellipsis:
        return _row(tp)
    one = _checker(args[0])

    def check(value: Any, where: str) -> Any:
        if not isinstance(value, list | tuple):
            raise Misfit(where, named(tp), kind_of(value))
        found = [one(v, f"{where}[{i}]") for i, v in enumerate(value)]
        return _as_given(tuple(found), value) if is_tuple else found

    return check


def _row(tp: Any) -> Checker:
    """Return the check of a tuple that has a type for each place."""
    each = [_checker(a) for a in typing.get_args(tp)]

    def check(value: Any, where: str) -> Any:
        if not isinstance(value, list | tuple):
            raise Misfit(where, named(tp), kind_of(value))
        if len(value) != len(each):
            raise Misfit(where, f"{len(each)} items", str(len(value)))
        return tuple(one(v, f"{where}[{i}]") for i, (v, one) in enumerate(zip(value, each, strict=True)))

    return check


def _as_given(found: tuple[Any, ...], value: Any) -> Any:
    """Return the tuple that was given where nothing in it is another: so its record need not be made anew."""
    same = type(value) is tuple and all(a is b for a, b in zip(found, value, strict=True))
    return value if same else found


def _iterable(tp: Any) -> Checker:
    """Return the check that reads it to its end, where what it raises is still its author's."""
    one = _checker(typing.get_args(tp)[0])

    def check(value: Any, where: str) -> Any:
        if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
            raise Misfit(where, named(tp), kind_of(value))
        return [one(v, f"{where}[{i}]") for i, v in enumerate(value)]

    return check


def _iterator(_: Any) -> Checker:
    def check(value: Any, where: str) -> Any:
        if not isinstance(value, Iterator):
            raise Misfit(where, "an iterator", kind_of(value))
        return value

    return check


def _mapping(tp: Any) -> Checker:
    check_key, check_value = (_checker(a) for a in typing.get_args(tp))

    def check(value: Any, where: str) -> Any:
        if not isinstance(value, Mapping):
            raise Misfit(where, named(tp), kind_of(value))
        found = {}
        for key, inner in value.items():
            check_key(key, f"a key of {where}" if where else "a key")
            found[key] = check_value(inner, _key(where, str(key)))
        return found

    return check


def _key(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key


_PLAIN: dict[Any, Callable[[Any], bool]] = {
    None: lambda value: value is None,
    type(None): lambda value: value is None,
    float: lambda v: isinstance(v, int | float) and not isinstance(v, bool) and _finite(v),
    int: lambda v: isinstance(v, int) and not isinstance(v, bool) and _finite(v),
}
_OF_ORIGIN: dict[Any, Callable[[Any], Checker]] = {
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
