"""Odd values that a JSON Schema allows: for options, whatever their author thought of."""

from __future__ import annotations

from typing import Any

_TEXTS = ("", "-x", "a b", "/", "é 日本", 'it\'s "quoted" $HOME', "x" * 2_000)
_NUMBERS = (0, 1, -1, 2, 10**6, 0.5, 1e-9)
_ANY: tuple[Any, ...] = (*_TEXTS, *_NUMBERS, True, False, None, [], ["-x", "a b"], {}, {"a": {"b": 1}})


def values_of(schema: dict[str, Any]) -> list[Any]:
    """Return values that fit the schema: those that it names, its bounds, and odd ones of every type."""
    from jsonschema import Draft202012Validator

    named = [*schema.get("enum", ()), *([schema["const"]] if "const" in schema else ())]
    named += [*schema.get("examples", ()), *([schema["default"]] if "default" in schema else ())]
    bounds = [schema[key] for key in ("minimum", "maximum") if key in schema]
    fits = Draft202012Validator(schema).is_valid
    found: list[Any] = []
    for value in (*named, *bounds, *_ANY):
        if fits(value) and not any(type(value) is type(known) and value == known for known in found):
            found.append(value)
    return found
