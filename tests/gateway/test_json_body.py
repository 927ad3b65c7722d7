"""Reading JSON that an endpoint wrote."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.gateway.json_body import parse_object

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def _by_the_library(data: bytes) -> object:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


@given(st.dictionaries(st.text(), VALUES, max_size=4), st.booleans(), st.sampled_from(["utf-8", "utf-16"]))
def test_an_object_is_what_the_standard_library_reads(value: object, plain: bool, encoding: str) -> None:
    """Whatever stands in it: NaN, half a surrogate, an integer of any size, in UTF-16 as well."""
    data = json.dumps(value, ensure_ascii=plain).encode(encoding, "surrogatepass")
    assert repr(parse_object(data)) == repr(_by_the_library(data))


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b'{"a":1}x', b'{"a":01}', b'{"a":1e999}', b'{"a":"\xff"}', b'{"a":1,"a":2}', b'{"a":' * 9999,
     b"\xef\xbb\xbf{}", b'{"a":"\x01"}', b"{'a':1}", b'{"a":1,}', b'{"a":-0.0}', b'{"a":"\\u12"}', b"9" * 5000],
)  # fmt: skip
def test_what_is_odd_is_read_as_the_standard_library_reads_it(data: bytes) -> None:
    """Two parsers that differ would make an answer another one."""
    assert repr(parse_object(data)) == repr(_by_the_library(data))
