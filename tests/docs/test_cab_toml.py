"""The page on `cab.toml` names every field, and its example can be read."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import attrs
import pytest

from cab_core.gateway.endpoint_config import EndpointDoc
from cab_core.gateway.models import ConfigDoc, EndpointChoice, ModelDoc, PriceDoc, resolve
from cab_core.records import from_json

PAGE = (Path(__file__).parents[2] / "docs/reference/cab-toml.md").read_text()
EXAMPLE = PAGE.partition("```toml\n")[2].partition("```")[0]


def test_the_example_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the price, and what is said of the endpoint."""
    monkeypatch.setenv("MY_KEY", "sk-some-key-0123456789")
    model = resolve("my-model", EndpointChoice(), from_json(tomllib.loads(EXAMPLE), ConfigDoc))
    assert model.price is not None and model.price.cache_write == 3.75
    assert (model.protocols, model.budget.calls_at_once) == (("openai-chat", "openai-responses"), 4)


@pytest.mark.parametrize("doc", [ModelDoc, EndpointDoc, PriceDoc])
def test_every_field_is_named(doc: type) -> None:
    """None is left for a reader to find out, and none is there that is not."""
    named = set(re.findall(r"`([a-z_]+)`", PAGE))
    assert {f.name for f in attrs.fields(doc)} <= named
