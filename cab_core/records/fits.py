"""Does a value fit a JSON Schema? A quick yes, for the few keywords that the schemas of records have.

A no decides nothing: `schema.check` then asks the library for JSON Schema, which knows why. To ask it each
time would be the larger part of what reading a pack and writing a cell cost.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Fits = Callable[[Any], bool]
Defs = Mapping[str, Fits]  # what `$ref` means; filled after it is given, as classes may hold themselves
_TELLS = {"$schema", "$defs", "title", "description"}  # and decide nothing
_OBJECT = {"type", "properties", "required", "additionalProperties"}
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "null": (type(None),),
}


def fits(schema: dict[str, Any]) -> Fits:
    """Return the predicate of a schema.

    Raises:
        KeyError: there is a keyword in it that no schema of a record has.
    """
    defs: dict[str, Fits] = {}
    defs.update({f"#/$defs/{name}": _all(inner, defs) for name, inner in schema.get("$defs", {}).items()})
    return _all(schema, defs)


def _all(schema: dict[str, Any], defs: Defs) -> Fits:
    if schema.get("type") == "object":
        return _object(schema, defs)
    found = [_KEYWORDS[key](said, defs) for key, said in schema.items() if key not in _TELLS]
    if len(found) == 1:
        return found[0]
    return lambda value: all(fit(value) for fit in found)


def _object(schema: dict[str, Any], defs: Defs) -> Fits:
    if strange := schema.keys() - _OBJECT - _TELLS:
        raise KeyError(min(strange))
    known = {name: _all(inner, defs) for name, inner in schema.get("properties", {}).items()}
    required = set(schema.get("required", ()))
    more = schema["additionalProperties"]
    other = _never if more is False else _all(more, defs)

    def fit(value: Any) -> bool:
        if type(value) is not dict or not required <= value.keys():
            return False
        return all(known.get(name, other)(inner) for name, inner in value.items())

    return fit


def _never(_: Any) -> bool:
    return False


def _type(said: str, _: Defs) -> Fits:
    if said == "array":
        return lambda value: type(value) is list
    types = _TYPES[said]
    return lambda value: type(value) in types


def _items(said: dict[str, Any], defs: Defs) -> Fits:
    one = _all(said, defs)
    return lambda value: type(value) is list and all(one(item) for item in value)


def _any_of(said: list[dict[str, Any]], defs: Defs) -> Fits:
    found = [_all(inner, defs) for inner in said]
    return lambda value: any(fit(value) for fit in found)


def _enum(said: list[Any], _: Defs) -> Fits:
    texts = {item for item in said if type(item) is str}
    rest = [item for item in said if type(item) is not str]
    if not rest:
        return lambda value: type(value) is str and value in texts
    return lambda value: any(value == item and type(value) is type(item) for item in said)


def matcher(pattern: str) -> re.Pattern[str]:
    """Return the pattern of a schema, where `$` is the end. Python's is before a line end, too."""
    return re.compile(re.sub(r"(?<!\\)\$$", r"\\Z", pattern))


def _pattern(said: str, _: Defs) -> Fits:
    found = matcher(said).search
    return lambda value: type(value) is not str or bool(found(value))


def _size(kind: type[list[Any]] | type[str]) -> Callable[[int, Defs], Fits]:
    return lambda least, _: lambda value: type(value) is not kind or len(value) >= least


def _minimum(least: float, _: Defs) -> Fits:
    return lambda value: type(value) not in (int, float) or value >= least


def _maximum(most: float, _: Defs) -> Fits:
    return lambda value: type(value) not in (int, float) or value <= most


def _above(bound: float, _: Defs) -> Fits:
    return lambda value: type(value) not in (int, float) or value > bound


_KEYWORDS: dict[str, Callable[[Any, Defs], Fits]] = {
    "$ref": lambda name, defs: lambda value: defs[name](value),
    "type": _type,
    "items": _items,
    "anyOf": _any_of,
    "enum": _enum,
    "pattern": _pattern,
    "minItems": _size(list),
    "minLength": _size(str),
    "minimum": _minimum,
    "maximum": _maximum,
    "exclusiveMinimum": _above,
}
