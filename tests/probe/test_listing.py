"""Lists of models: what is read out of them, whatever stands there."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.probe.listing import Listing, context_of, price_of

KEYS = [
    "data",
    "models",
    "id",
    "name",
    "aliases",
    "meta",
    "n_ctx",
    "context_length",
    "pricing",
    "prompt",
    "completion",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=20,
)


@given(JSON)
def test_nothing_that_a_server_sends_breaks_the_reading(value: Any) -> None:
    """It is a list of models or none; a size and a price are numbers that can be."""
    if (found := Listing.of(value)) is None:
        return
    for name, row in found.models.items():
        assert found.entry(name) is row
        size, price = context_of(row), price_of(row)
        assert size is None or size[0] > 0
        assert price is None or all(p >= 0 for p in price)


@pytest.mark.parametrize("value", [{"data": [{"id": "a"}]}, {"models": [{"name": "a"}]}, [{"id": "a"}]])
def test_shapes_of_a_list(value: Any) -> None:
    """OpenAI's, Ollama's, and a bare one."""
    found = Listing.of(value)
    assert found is not None and list(found.models) == ["a"]


@pytest.mark.parametrize("value", [None, "html", {"error": "x"}, {"data": "x"}, 5])
def test_what_is_no_list(value: Any) -> None:
    """It is not an empty one."""
    assert Listing.of(value) is None


def test_another_name_of_a_model() -> None:
    """An alias, and a name without Ollama's tag."""
    found = Listing.of({"data": [{"id": "/m/a.gguf", "aliases": ["a"]}, {"id": "b:latest"}]})
    assert found is not None
    assert found.entry("a") == {"id": "/m/a.gguf", "aliases": ["a"]} and found.entry("b") == {
        "id": "b:latest"
    }
    assert found.entry("c") is None


@pytest.mark.parametrize(
    ("row", "size"),
    [
        ({"max_model_len": 8192}, 8192),
        ({"context_length": 10, "top_provider": {"context_length": 5}}, 10),
        ({"context_window": 131072}, 131072),
        ({"meta": {"n_ctx_train": 9, "n_ctx": 7}}, 7),
        ({"meta": {"n_ctx_train": 9}}, None),
        ({"max_context_length": 9, "loaded_context_length": 7}, 7),
        ({"context_length": 0}, None),
        ({"context_length": "8192"}, None),
        ({}, None),
    ],
)
def test_sizes_of_the_context(row: dict[str, Any], size: int | None) -> None:
    """What is served, not what a model was trained with; 0 is no size."""
    found = context_of(row)
    assert (found[0] if found else None) == size


def test_prices_are_for_a_million_tokens() -> None:
    """OpenRouter says them for one, as texts."""
    assert price_of({"pricing": {"prompt": "0.000003", "completion": "0.000015"}}) == pytest.approx((3, 15))
    assert price_of({"pricing": {"prompt": "-1", "completion": "-1"}}) is None
    assert price_of({"pricing": {"prompt": "nan", "completion": "1"}}) is None
