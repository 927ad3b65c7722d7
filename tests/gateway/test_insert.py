"""Putting a field into a JSON object."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.gateway.insert import insert, replace

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
OBJECT = st.dictionaries(st.text(), JSON, max_size=5)
INDENT = st.sampled_from([None, 1, "\t"])


@given(OBJECT, INDENT)
def test_a_field_comes_first_and_nothing_else_changes(value: dict, indent: int | str | None) -> None:
    """What was there stands behind it, byte for byte."""
    value.pop("new", None)
    body = json.dumps(value, indent=indent).encode()
    found = insert(body, "new", "1")
    assert json.loads(found) == {"new": 1, **value} and found.endswith(body[1:])


@given(OBJECT, OBJECT, INDENT)
def test_a_field_within_another_object(value: dict, inner: dict, indent: int | str | None) -> None:
    """Whatever names and texts stand before it."""
    inner.pop("new", None)
    body = json.dumps({**value, "within": inner}, indent=indent).encode()
    assert json.loads(insert(body, "new", "[1]", within="within")) == {
        **value,
        "within": {"new": [1], **inner},
    }


@given(OBJECT, JSON, INDENT)
def test_a_value_is_replaced(value: dict, old: object, indent: int | str | None) -> None:
    """And only that one."""
    body = json.dumps({"a": 1, **value, "old": old}, indent=indent).encode()
    assert json.loads(replace(body, "old", "true")) == {"a": 1, **value, "old": True}


def test_what_is_not_there_is_an_error() -> None:
    """No field, or one that is no object."""
    for work in (lambda: replace(b'{"a": 1}', "b", "2"), lambda: insert(b'{"a": 1}', "b", "2", within="a")):
        with pytest.raises(ValueError, match="no"):
            work()
