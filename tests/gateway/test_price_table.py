"""Dollars by the table of genai-prices, held against that package's own reckoning."""

from __future__ import annotations

import sys
import tomllib
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import genai_prices
import pytest
from genai_prices.types import (
    ConditionalPrice,
    ModelInfo,
    ModelPrice,
    StartDateConstraint,
    Tier,
    TieredPrices,
)
from hypothesis import given
from hypothesis import strategies as st

from cab_core.errors import UserError
from cab_core.gateway.models import ConfigDoc, EndpointChoice, Model, resolve
from cab_core.gateway.price import Price
from cab_core.gateway.price_table import TablePrice, Unpriced, table_price
from cab_core.records import Limits, Usage, from_json
from cab_core.sweep.plan import check_price
from tests.gateway.test_session import CALL
from tests.support.endpoint import Endpoint
from tests.support.puppet import play

OPENAI, ANTHROPIC = "https://api.openai.com/v1", "https://api.anthropic.com/v1"
NOW = attrs.evolve(CALL, start_ns=int(datetime(2026, 11, 20, tzinfo=UTC).timestamp() * 1e9))
COUNT = st.none() | st.integers(0, 400_000)


def call(**usage: int | None) -> Any:
    """A call that took so many tokens."""
    return attrs.evolve(NOW, usage=Usage(**usage))


def configured(text: str, model: str = "m", url: str = OPENAI) -> Model:
    """A model by what stands in `cab.toml`."""
    return resolve(model, EndpointChoice(url=url), from_json(tomllib.loads(text), ConfigDoc))


def made(*prices: ConditionalPrice | ModelPrice) -> TablePrice:
    """A price of a table with one model."""
    [first, *_] = prices
    of = first if isinstance(first, ModelPrice) else list(prices)
    found = ModelInfo(id="m", match=None, prices=of)  # type: ignore[arg-type]
    return TablePrice(entry="p/m", version="0", provider=None, model=found)  # type: ignore[arg-type]


FLAT = ModelPrice(input_mtok=Decimal(1), output_mtok=Decimal(2))


def test_a_call_costs_what_the_package_says() -> None:
    """Of a real vendor, with what a cache gave and took."""
    price = table_price("claude-sonnet-4-5", ANTHROPIC, None)
    used = genai_prices.Usage(
        input_tokens=50_000, output_tokens=700, cache_read_tokens=40_000, cache_write_tokens=5_000
    )
    said = genai_prices.calc_price(used, "claude-sonnet-4-5", provider_id="anthropic")
    found = price.of(call(prompt=50_000, completion=700, cached=40_000, cache_write=5_000, cache_write_1h=0))
    assert found == pytest.approx(float(said.total_price)) and found > 0
    assert (price.entry, price.version) == ("anthropic/claude-sonnet-4-5", genai_prices.__version__)


def test_a_long_conversation_costs_more_for_each_token() -> None:
    """By the steps of the table."""
    steps = TieredPrices(base=Decimal(1), tiers=[Tier(start=200_000, price=Decimal(2))])
    price = made(ModelPrice(input_mtok=steps, output_mtok=Decimal(0)))
    assert [price.of(call(prompt=n, completion=0)) for n in (200_000, 200_001)] == [
        0.2,
        pytest.approx(0.400002),
    ]


def test_the_day_of_a_call_counts() -> None:
    """A price that changed since is that of then."""
    later = ConditionalPrice(
        constraint=StartDateConstraint(start_date=datetime(2026, 11, 21, tzinfo=UTC).date()),
        prices=ModelPrice(input_mtok=Decimal(9), output_mtok=Decimal(9)),
    )
    price, used = made(ConditionalPrice(prices=FLAT), later), Usage(prompt=1_000_000, completion=0)
    week_later = attrs.evolve(NOW, usage=used, start_ns=NOW.start_ns + 7 * 86400 * 10**9)
    assert (price.of(attrs.evolve(NOW, usage=used)), price.of(week_later)) == (1.0, 9.0)


@pytest.mark.parametrize(
    ("prices", "usage"),
    [
        ({}, {"prompt": None, "completion": 5}),
        ({}, {"prompt": 5, "completion": None}),
        ({"cache_read_mtok": Decimal("0.1")}, {"prompt": 5, "completion": 5}),
        ({"cache_write_mtok": Decimal(4)}, {"prompt": 5, "completion": 5, "cached": 0}),
        ({"cache_write_1h_mtok": Decimal(4)}, {"prompt": 5, "completion": 5, "cache_write": 3}),
        ({"cache_read_mtok": Decimal("0.1")}, {"prompt": 5, "completion": 5, "cached": 6}),
        ({"input_audio_mtok": Decimal(9)}, {"prompt": 5, "completion": 5, "audio": 2}),
        ({"output_reasoning_mtok": Decimal(9)}, {"prompt": 5, "completion": 5}),
    ],
)
def test_what_cannot_be_known_is_unknown(prices: dict[str, Decimal], usage: dict[str, int | None]) -> None:
    """Tokens that nobody counted, or whose kind has a price of its own; never 0."""
    values = {"input_mtok": Decimal(1), "output_mtok": Decimal(2), **prices}
    assert made(ModelPrice(**values)).of(call(**usage)) is None


def test_an_hour_in_a_cache_costs_more_than_minutes() -> None:
    """Anthropic says how many tokens are kept for which."""
    price = table_price("claude-sonnet-4-5", ANTHROPIC, None)
    written = {"prompt": 1_000_000 // 10, "completion": 0, "cached": 0, "cache_write": 100_000}
    minutes, hour = (price.of(call(**written, cache_write_1h=n)) for n in (0, 100_000))
    assert minutes is not None and hour == pytest.approx(minutes * 1.6)


@given(st.tuples(COUNT, COUNT, COUNT, COUNT, COUNT))
def test_a_limit_takes_it_as_no_less_than_it_can_be(counts: tuple[int | None, ...]) -> None:
    """Of a model with steps and a cache."""
    price = table_price("claude-sonnet-4-5", ANTHROPIC, None)
    names = ("prompt", "completion", "cached", "cache_write", "cache_write_1h")
    found = call(**dict(zip(names, counts, strict=True)))
    exact, most = price.of(found), price.at_most(found)
    assert exact is None or most == exact
    assert (most is None) == (found.usage.total is None)
    assert most is None or most * 1e6 <= (found.usage.total or 0) * price.dearest + 1e-6


@pytest.mark.parametrize(
    ("model", "endpoint", "priced_as"),
    [
        ("no-such-model", OPENAI, None),
        ("gpt-5", "http://127.0.0.1:8000/v1", None),
        ("m", OPENAI, "openai/no-such-model"),
        ("m", OPENAI, "nobody/gpt-5"),
    ],
)
def test_a_model_that_it_does_not_know_has_no_price(model: str, endpoint: str, priced_as: str | None) -> None:
    """Nor has one of a known name that somebody else serves."""
    with pytest.raises(Unpriced, match="knows no model"):
        table_price(model, endpoint, priced_as)


def test_a_model_without_prices_in_the_table_has_none() -> None:
    """The package reckons 0 for it."""
    from genai_prices.data_snapshot import get_snapshot

    empty = next(
        f"{p.id}/{m.id}"
        for p in get_snapshot().providers
        for m in p.models
        if isinstance(m.prices, ModelPrice) and not m.prices.__dict__ and p.find_model(m.id) is m
    )
    with pytest.raises(Unpriced, match="not what its tokens cost"):
        table_price("m", OPENAI, empty)


def test_it_is_asked_for_in_cab_toml() -> None:
    """For all models that have no price, or for one under the name that it has there; else not at all."""
    asked = 'prices = "genai-prices"\n'
    entry = f'[models.m]\nendpoint = "{OPENAI}"\n'
    assert configured("", "gpt-5").price is None
    assert getattr(configured(asked, "gpt-5").price, "entry", None) == "openai/gpt-5"
    assert configured(asked + entry + "price = {input = 1, output = 2}").price == Price(1, 2)
    assert getattr(configured(entry + 'priced_as = "openai/gpt-5"').price, "entry", None) == "openai/gpt-5"
    unknown = configured(asked)
    assert unknown.price is None and "knows no model 'm'" in str(unknown.unpriced)


def test_two_prices_of_one_model_are_a_mistake() -> None:
    """It says which key to take away."""
    both = (
        f'[models.m]\nendpoint = "{OPENAI}"\nprice = {{input = 1, output = 2}}\npriced_as = "openai/gpt-5"\n'
    )
    with pytest.raises(UserError, match="`price` or `priced_as`, not both"):
        configured(both)


def test_a_limit_in_dollars_says_why_there_is_no_price() -> None:
    """Before anything is run."""
    with pytest.raises(UserError, match=r"costs \(genai-prices .* knows no model 'm'"):
        check_price(configured('prices = "genai-prices"'), Limits(usd=1))


def test_without_the_package_it_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra."""
    monkeypatch.setitem(sys.modules, "genai_prices", None)
    with pytest.raises(UserError, match=r"pip install 'codingagentbench\[prices\]'"):
        configured('prices = "genai-prices"', "gpt-5")


def test_a_cell_says_by_what_its_dollars_were_counted(tmp_path: Path, endpoint: Endpoint) -> None:
    """Version, entry and rates; the inputs hold the entry alone, so that a newer table runs nothing anew."""
    text = f'[models.m]\nendpoint = "{endpoint.url}"\npriced_as = "openai/gpt-5"\n'
    model = configured(text, url=endpoint.url)
    _, result = play(tmp_path, "call()", model=model)
    assert result.price is not None and result.tokens.usd is not None and result.tokens.usd > 0
    assert result.price.told == f"genai-prices {genai_prices.__version__} openai/gpt-5"
    assert "input MTok" in result.price.rates
    [inputs] = tmp_path.rglob("inputs.json")
    assert '"priced_as": "openai/gpt-5"' in inputs.read_text() and "genai" not in inputs.read_text()


def test_a_cell_whose_price_the_table_does_not_know_says_so(tmp_path: Path, endpoint: Endpoint) -> None:
    """Its dollars are unknown."""
    model = configured('prices = "genai-prices"', url=endpoint.url)
    _, result = play(tmp_path, "call()", model=model)
    assert (result.price, result.tokens.usd) == (None, None)
    assert any("what it cost is not known: genai-prices" in note for note in result.notes)
