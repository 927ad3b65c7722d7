"""What a model's tokens cost."""

from __future__ import annotations

import attrs

from cab_core.records import ModelCall
from cab_core.records.price import PriceSource


@attrs.frozen
class Price:
    """US dollars for a million tokens. `cached`, `cache_write`: of those that a cache gave or took.

    None: they cost what other input costs.
    """

    input: float
    output: float
    cached: float | None = None
    cache_write: float | None = None

    @property
    def source(self) -> PriceSource:
        """Where it came from."""
        known = {n: v for n, v in attrs.asdict(self).items() if v is not None}
        rates = ", ".join(f"${v:g} {n.replace('_', ' ')}" for n, v in known.items())
        return PriceSource(source="cab.toml", rates=f"{rates} for a million tokens")

    @property
    def dearest(self) -> float:
        """The most that a token costs, of whichever kind."""
        return max(self.input, self.output, self.cached or 0.0, self.cache_write or 0.0)

    def of(self, call: ModelCall) -> float | None:
        """Return what a call cost, or None where its tokens are unknown.

        So it is too where those of a cache have a price of their own, and the endpoint does not say how many.
        """
        used = call.usage
        kinds = ((used.cached, self.cached), (used.cache_write, self.cache_write))
        unsaid = any(count is None and price not in (None, self.input) for count, price in kinds)
        return None if unsaid else self.at_most(call)

    def at_most(self, call: ModelCall) -> float | None:
        """Return what a call cost if tokens of which it is unknown are of the dearest kind; for limits."""
        used = call.usage
        if used.prompt is None or used.completion is None:
            return None
        read = min(used.cached or 0, used.prompt)
        other = used.prompt - read
        written = min(other if used.cache_write is None else used.cache_write, other)
        written_price = self.input if self.cache_write is None else self.cache_write
        if used.cache_write is None:
            written_price = max(written_price, self.input)
        read_price = self.input if self.cached is None else self.cached
        paid = (other - written) * self.input + read * read_price + written * written_price
        return (paid + used.completion * self.output) / 1e6
