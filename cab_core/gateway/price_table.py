"""What tokens cost by the table of the package `genai-prices`: by model, provider and date.

It knows what a cache and a long conversation cost, and when a price changed. Nothing is fetched: the table is
the installed package's own.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import attrs

from cab_core.errors import UserError
from cab_core.records import ModelCall
from cab_core.records.price import PriceSource

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, ModelPrice, Provider

TABLE = "genai-prices"
_WRITTEN = "cache_write_mtok", "cache_write_1h_mtok"
_INPUT = ("input_mtok", "cache_read_mtok", *_WRITTEN)
# What of an answer has a price of its own in a few models, and is in no usage that is read here.
_UNREAD = ("output_reasoning_mtok", "output_citation_mtok")


class Unpriced(Exception):
    """The table has no price for a model; says why."""


@attrs.frozen(kw_only=True)
class TablePrice:
    """The price of a model by the table. `entry`: PROVIDER/MODEL there."""

    entry: str
    version: str
    _provider: Provider = attrs.field(repr=False, eq=False)
    _model: ModelInfo = attrs.field(repr=False, eq=False)

    @property
    def source(self) -> PriceSource:
        """Where it came from, with what holds now."""
        return PriceSource(
            source="genai-prices", rates=str(self._prices()), version=self.version, entry=self.entry
        )

    @property
    def dearest(self) -> float:
        """The most that a token costs, of whichever kind and however long the conversation; for a million."""
        return max(_most(self._prices(), *_INPUT), _most(self._prices(), "output_mtok"))

    def of(self, call: ModelCall) -> float | None:
        """Return what a call cost on its day, or None where it cannot be known.

        So it is where its tokens are unknown, or the number of those that have a price of their own: a cache
        gave or took them, a cache keeps them for an hour, or they are audio.
        """
        used, prices = call.usage, self._prices(call)
        if used.prompt is None or used.completion is None or not _is_known(prices, call):
            return None
        from genai_prices import Usage

        counted = Usage(
            input_tokens=used.prompt,
            output_tokens=used.completion,
            cache_read_tokens=used.cached,
            cache_write_tokens=used.cache_write,
            cache_write_1h_tokens=used.cache_write_1h,
        )
        try:
            return float(prices.calc_price(counted)["total_price"])
        except ValueError:
            return None  # counts that contradict one another

    def at_most(self, call: ModelCall) -> float | None:
        """Return what a call cost if what is unknown of it is of the dearest kind; for limits."""
        if (known := self.of(call)) is not None:
            return known
        used, prices = call.usage, self._prices(call)
        if used.prompt is None or used.completion is None:
            return None
        return (used.prompt * _most(prices, *_INPUT) + used.completion * _most(prices, "output_mtok")) / 1e6

    def _prices(self, call: ModelCall | None = None) -> ModelPrice:
        at = datetime.fromtimestamp(call.start_ns / 1e9, UTC) if call else datetime.now(UTC)
        return self._model.get_prices(at)


def table_price(model: str, endpoint: str, priced_as: str | None) -> TablePrice:
    """Return the price of a model at an endpoint, or of the entry that it is `priced_as`.

    Who serves it is told by the address alone: a model of the same name on a machine of one's own costs
    something else.

    Raises:
        Unpriced: the table knows no such model there, or not what it costs.
        UserError: the package is not installed.
    """
    try:
        import genai_prices
        from genai_prices.data_snapshot import get_snapshot
    except ImportError:
        raise UserError(
            f"cab.toml asks for the prices of {TABLE}, which is not installed: "
            "pip install 'codingagentbench[prices]'"
        ) from None
    provider_id, _, name = priced_as.partition("/") if priced_as else (None, "", model)
    version = genai_prices.__version__
    try:
        provider, found = get_snapshot().find_provider_model(
            name, None, provider_id, None if provider_id else endpoint
        )
    except LookupError:
        where = f"of provider {provider_id!r}" if provider_id else f"at {endpoint}"
        raise Unpriced(f"{TABLE} {version} knows no model {name!r} {where}") from None
    price = TablePrice(entry=f"{provider.id}/{found.id}", version=version, provider=provider, model=found)
    if not _is_priced(found.get_prices(datetime.now(UTC))):
        raise Unpriced(f"{TABLE} {version} knows {price.entry}, and not what its tokens cost")
    return price


def _is_priced(prices: ModelPrice) -> bool:
    return prices.input_mtok is not None and prices.output_mtok is not None


def _is_known(prices: ModelPrice, call: ModelCall) -> bool:
    """Return whether it is said how many tokens there are of each kind that has a price of its own."""
    used = call.usage
    kinds = [(used.cached, "cache_read_mtok"), (used.cache_write, "cache_write_mtok")]
    if used.cache_write:
        kinds.append((used.cache_write_1h, "cache_write_1h_mtok"))
    unsaid = any(n is None and _of(prices, key) not in (None, prices.input_mtok) for n, key in kinds)
    heard = used.audio and any(_of(prices, key) for key in ("input_audio_mtok", "output_audio_mtok"))
    return _is_priced(prices) and not unsaid and not heard and not any(_of(prices, key) for key in _UNREAD)


def _of(prices: ModelPrice, key: str) -> Any:
    return getattr(prices, key, None)


def _most(prices: ModelPrice, *keys: str) -> float:
    """Return the highest of prices, those of long conversations too."""
    found = [price for key in keys if (price := _of(prices, key)) is not None]
    flat = [price for price in found if not hasattr(price, "tiers")]
    stepped = [price for price in found if hasattr(price, "tiers")]
    flat += [part for price in stepped for part in (price.base, *(tier.price for tier in price.tiers))]
    return float(max(flat, default=0))
