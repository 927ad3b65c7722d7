"""Where the price of a model came from."""

from __future__ import annotations

from typing import Literal

import attrs

from .base import doc


@attrs.frozen(kw_only=True)
class PriceSource:
    """By what the dollars of a cell were counted."""

    source: Literal["cab.toml", "genai-prices"] = attrs.field(metadata=doc("where the price came from"))
    rates: str = attrs.field(metadata=doc("what tokens cost, in words; by a table: on the day of the run"))
    version: str | None = attrs.field(default=None, metadata=doc("version of the package with the table"))
    entry: str | None = attrs.field(default=None, metadata=doc("PROVIDER/MODEL that was matched in it"))

    @property
    def told(self) -> str:
        """The source for people."""
        return " ".join(part for part in (self.source, self.version, self.entry) if part)
