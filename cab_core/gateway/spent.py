"""What the calls of one cell took, held against what they may."""

from __future__ import annotations

import attrs

from cab_core.records import Limits, ModelCall, StopReason

from .price import Price
from .price_table import TablePrice


@attrs.define
class Spent:
    """Calls, tokens and dollars so far.

    `unsaid`: bytes of calls at which the CLI hung up before their usage came. So many tokens count towards
    the limits: no token is shorter, and hanging up would be a way around them.
    """

    price: Price | TablePrice | None
    calls: int = 0  # that were admitted
    tokens: int = 0
    unsaid: int = 0
    usd: float = 0.0

    def reached(self, limits: Limits) -> StopReason | None:
        """Return the limit at which no further call is made."""
        if limits.calls is not None and self.calls >= limits.calls:
            return "limit_calls"
        if limits.tokens is not None and self.tokens + self.unsaid >= limits.tokens:
            return "limit_tokens"
        dearest = 0.0 if self.price is None else self.unsaid * self.price.dearest / 1e6
        return "limit_cost" if limits.usd is not None and self.usd + dearest >= limits.usd else None

    def add(self, call: ModelCall, size: int) -> None:
        """Add a call that has ended; `size`: bytes that went to and fro."""
        if call.broken_off and call.tokens is None:
            self.unsaid += size
        # At the least; of one that was broken off its bytes are counted.
        self.tokens += call.tokens or (0 if call.broken_off else call.at_least) or 0
        self.usd += (self.price.at_most(call) if self.price else None) or 0.0
