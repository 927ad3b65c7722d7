"""The quick yes of a schema is never a yes where the library for JSON Schema says no."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from cab_core.records.fits import fits
from cab_core.records.schema import schema_of, validator_of
from cab_core.reference.documents import DOCUMENTS

_VALUES = [None, True, False, "", "a", "9", [], [1], {}, {"a": 1}, 0, 1, -1, 2, 0.5, -0.5, -1.5]
_JUNK = st.sampled_from(_VALUES)
_PLAIN: dict[str, st.SearchStrategy[Any]] = {
    "string": st.sampled_from(["a", "ab1", "A b"]),
    "boolean": st.booleans(),
    "integer": st.integers(1, 3),
    "number": st.sampled_from([1, 0.5, 2e9]),
    "null": st.none(),
}


def _like(schema: dict[str, Any], defs: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return values that mostly fit a schema."""
    if "$ref" in schema:
        return st.deferred(lambda: _like(defs[schema["$ref"].rpartition("/")[2]], defs))
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return st.one_of([_like(inner, defs) for inner in schema["anyOf"]])
    if schema.get("type") == "array":
        return st.lists(_like(schema["items"], defs), min_size=schema.get("minItems", 0), max_size=2)
    if schema.get("type") == "object":
        return _object(schema, defs)
    return _PLAIN[schema["type"]] if "type" in schema else _JUNK


def _object(schema: dict[str, Any], defs: dict[str, Any]) -> st.SearchStrategy[Any]:
    inner = {name: _like(s, defs) for name, s in schema.get("properties", {}).items()}
    if not inner:
        more = _like(schema["additionalProperties"], defs)
        return st.dictionaries(st.sampled_from(["a", "b c"]), more, max_size=2)
    needed = {name: inner.pop(name) for name in schema["required"]}
    return st.fixed_dictionaries(needed, optional=inner)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    keys = value if isinstance(value, dict) else range(len(value) if isinstance(value, list) else 0)
    for key in keys:
        yield value, key
        yield from _places(value[key])


@st.composite
def _spoilt(draw: st.DrawFn, schema: dict[str, Any]) -> Any:
    """Return a value of which one place was changed, taken away or added to."""
    value = draw(_like(schema, schema["$defs"]))
    if places := list(_places(value)):
        box, key = draw(st.sampled_from(places))
        match draw(st.sampled_from(["other", "gone", "more"])):
            case "other":
                box[key] = draw(_JUNK)
            case "gone":
                del box[key]
            case "more" if isinstance(box, dict):
                box["strange"] = draw(_JUNK)
    return value


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_quick_yes_is_a_yes(document: str) -> None:
    """Of values that nearly fit, the quick predicate passes none that the library would refuse."""
    schema = schema_of(DOCUMENTS[document])
    quick, slow = fits(schema), validator_of(schema)

    @settings(max_examples=60, database=None)
    @given(_spoilt(schema))
    def hold(value: Any) -> None:
        assert quick(value) <= slow.is_valid(value)

    hold()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_fits_has_the_quick_yes(document: str) -> None:
    """Of what the library passes, nothing is looked at twice."""
    schema = schema_of(DOCUMENTS[document])
    quick, slow = fits(schema), validator_of(schema)

    @settings(max_examples=30, database=None)
    @given(_like(schema, schema["$defs"]))
    def hold(value: Any) -> None:
        assert quick(value) >= slow.is_valid(value)

    hold()


@pytest.mark.parametrize(
    "schema",
    [
        *({"type": said} for said in _PLAIN),
        {"enum": ["a", "b"]},
        {"enum": [1, "a"]},
        {"anyOf": [{"type": "integer"}, {"type": "null"}], "minimum": 1},
        {"type": "number", "exclusiveMinimum": 0},
        {"type": "string", "minLength": 1},
        {"type": "string", "pattern": "^[a-z]"},
        {"type": "array", "items": {"type": "string"}},
        {"type": "array", "items": {}, "minItems": 1},
        {"type": "object", "additionalProperties": {"type": "string"}},
        {"type": "object", "properties": {"a": {}}, "required": ["a"], "additionalProperties": False},
    ],
)
def test_each_keyword_means_what_it_means_to_the_library(schema: dict[str, Any]) -> None:
    """One by one, over a few values of every kind."""
    quick, slow = fits(schema), Draft202012Validator(schema)
    assert [quick(value) for value in _VALUES] == [slow.is_valid(value) for value in _VALUES]


@pytest.mark.parametrize(
    "schema", [{"type": "string", "format": "date"}, {"type": "object", "minProperties": 1}]
)
def test_a_keyword_that_the_quick_way_does_not_know_is_no_silent_yes(schema: dict[str, Any]) -> None:
    """A new constraint on a field has to be taught to it too."""
    with pytest.raises(KeyError):
        fits(schema)
