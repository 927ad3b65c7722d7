"""JSON Schema (draft 2020-12) of the records, and the check of a document against it.

The record classes are the one place where a format is said; the schema is drawn from them.
"""

from __future__ import annotations

import functools
import types
import typing
from collections.abc import Iterator
from typing import Any, Literal, Union

import attrs

from cab_core.errors import BadDocument, nearest

from .fits import Fits, fits, matcher

_PLAIN: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    type(None): {"type": "null"},
    Any: {},
}

# Bounds as people read them. Of a type that may be null too, they stand beside `anyOf`.
_BOUNDS = {"minimum": ">=", "maximum": "<=", "exclusiveMinimum": ">", "pattern": "pattern"}
_BOUNDS |= {key: key for key in ("minItems", "minLength")}


@functools.cache
def schema_of(cls: Any) -> dict[str, Any]:
    """Return the JSON Schema of a record class, or a union of them, with a `$defs` entry for each class."""
    defs: dict[str, Any] = {}
    top = _of_type(cls, defs)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": getattr(cls, "__name__", "one of several"),
        **top,
        "$defs": defs,
    }


def _of_type(tp: Any, defs: dict[str, Any]) -> dict[str, Any]:
    if tp in _PLAIN:
        return dict(_PLAIN[tp])
    if attrs.has(tp):
        return _of_record(tp, defs)
    origin, args = typing.get_origin(tp), typing.get_args(tp)
    if origin is Literal:
        return {"enum": list(args)}
    if origin in (Union, types.UnionType):
        return {"anyOf": [_of_type(a, defs) for a in args]}
    if origin in (tuple, list):
        return {"type": "array", "items": _of_type(args[0], defs)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _of_type(args[1], defs)}
    raise TypeError(f"no JSON Schema for {tp!r}")


def _of_record(cls: Any, defs: dict[str, Any]) -> dict[str, Any]:
    if cls.__name__ not in defs:
        defs[cls.__name__] = {}  # placeholder, for classes that hold themselves
        hints = typing.get_type_hints(cls)
        fields = attrs.fields(cls)
        defs[cls.__name__] = {
            "type": "object",
            "description": (cls.__doc__ or "").partition("\n")[0],
            "properties": {f.name: _of_field(f, hints[f.name], defs) for f in fields},
            "required": [f.name for f in fields if f.default is attrs.NOTHING],
            "additionalProperties": False,
        }
    return {"$ref": f"#/$defs/{cls.__name__}"}


def _of_field(field: Any, hint: Any, defs: dict[str, Any]) -> dict[str, Any]:
    drawn = _of_type(hint, defs)
    drawn.update(field.metadata.get("schema", {}))
    if "doc" in field.metadata:
        drawn["description"] = field.metadata["doc"]
    return drawn


def check(data: Any, cls: type, where: str) -> None:
    """Hold a document against the schema of `cls`.

    Raises:
        BadDocument: with every problem as (key path, what was expected), and the nearest right name
            for a key that is not known.
    """
    if _fits(cls)(data):
        return
    if problems := list(_problems(data, cls)):
        raise BadDocument(where, problems)


@functools.cache
def _fits(cls: type) -> Fits:
    return fits(schema_of(cls))


@functools.cache
def _validator(cls: type) -> Any:
    return validator_of(schema_of(cls))


def validator_of(schema: dict[str, Any]) -> Any:
    """Return the library's validator of a schema, in which `$` is the end of a text."""
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    return extend(Draft202012Validator, {"pattern": _pattern})(schema)  # type: ignore[no-untyped-call]


def _pattern(_: Any, said: str, value: Any, __: Any) -> Iterator[Any]:
    from jsonschema import ValidationError

    if isinstance(value, str) and not matcher(said).search(value):
        yield ValidationError(f"{value!r} does not match {said!r}")


def _problems(data: Any, cls: type) -> Iterator[tuple[str, str]]:
    errors = sorted(_validator(cls).iter_errors(data), key=lambda e: [str(p) for p in e.absolute_path])
    for error in errors:
        yield from _explain(error)


def _explain(error: Any) -> Iterator[tuple[str, str]]:
    path = _path(error.absolute_path)
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        known = error.schema.get("properties", {})
        for key in sorted(set(error.instance) - set(known)):
            yield _join(path, key), f"unknown key{nearest(key, known)}"
    elif error.validator == "required":
        missing = [k for k in error.validator_value if k not in error.instance]
        for key in missing:
            prop = error.schema["properties"].get(key, {})
            yield _join(path, key), f"missing; expected {_expected(prop)}"
    elif meant := _meant(error):
        for inner in meant:
            yield from _explain(inner)
    else:
        yield path or "(document)", f"expected {_expected(error.schema)}, got {_short(error.instance)}"


def _meant(error: Any) -> list[Any]:
    """Return what is wrong by the one alternative whose type the value has, where just one has it."""
    if error.validator != "anyOf":
        return []
    found: dict[int, list[Any]] = {}
    for inner in error.context:
        found.setdefault(inner.schema_path[0], []).append(inner)
    fitting = [e for e in found.values() if not any(i.validator == "type" and not i.path for i in e)]
    return fitting[0] if len(fitting) == 1 else []


def _path(parts: Any) -> str:
    text = ""
    for part in parts:
        text = f"{text}[{part}]" if isinstance(part, int) else _join(text, str(part))
    return text


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _expected(schema: dict[str, Any]) -> str:
    said = schema.get("description")
    bounds = [f"{text} {schema[key]}" for key, text in _BOUNDS.items() if key in schema]
    return _kind(schema) + (f" ({', '.join(bounds)})" if bounds else "") + (f": {said}" if said else "")


def _kind(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return "one of " + ", ".join(map(repr, schema["enum"]))
    if "anyOf" in schema:
        return " or ".join(_expected(s) for s in schema["anyOf"] if s.get("type") != "null")
    return str(schema.get("type", "object" if "$ref" in schema else "a value"))


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
