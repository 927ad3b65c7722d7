"""The dollars of a finished cell anew, out of the tokens of its calls: by the price that holds now."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import attrs

from cab_core.durable import write_whole
from cab_core.gateway.price import Price
from cab_core.gateway.price_table import TablePrice
from cab_core.plugins.protocols import Scorer
from cab_core.records import CellResult, ModelCall, TokenTotals, totals
from cab_core.records.line import json_line
from cab_core.records.price import PriceSource
from cab_core.store.cells import read_evidence, write_result

from .report import NOT_PRICED
from .rescore import rescored


def same_price(one: PriceSource | None, other: PriceSource | None) -> bool:
    """Return whether dollars come from one price. A table has the price of each day: its entry is enough."""
    if one is not None and other is not None and one.entry is not None:
        return (one.source, one.entry) == (other.source, other.entry)
    return one == other


def is_whole(result: CellResult, calls: Sequence[ModelCall]) -> bool:
    """Return whether these are all calls of a cell, by their tokens: one may have been copied in part."""
    return _spent(totals(calls)) == _spent(result.tokens)


def recount(
    directory: Path, price: Price | TablePrice, voided_usd: float | None, scorers: Sequence[Scorer]
) -> bool:
    """Count a cell's dollars by a price, and write it; return False where not all of its calls are there.

    `voided_usd`: what its tries in vain cost by that price. Its axes are scored anew, as a figure may be in
    dollars. While its calls are written nothing is said of them: an interruption leaves a cell of no price.

    Raises:
        UserError: a file of the cell cannot be read.
        OSError: one cannot be written.
    """
    result, evidence = read_evidence(directory)
    if not is_whole(result, evidence.calls):
        return False
    calls = tuple(attrs.evolve(call, usd=price.of(call)) for call in evidence.calls)
    counted = attrs.evolve(
        result,
        tokens=attrs.evolve(result.tokens, usd=totals(calls).usd),
        price=price.source,
        voided_usd=voided_usd if result.voided else result.voided_usd,
        notes=tuple(note for note in result.notes if not note.startswith(NOT_PRICED)),
    )
    unknown = attrs.evolve(result.tokens, usd=None)
    write_result(directory, attrs.evolve(result, tokens=unknown, price=None))
    write_whole(directory / "calls.jsonl", "".join(json_line(call).decode() for call in calls))
    write_result(directory, rescored(counted, attrs.evolve(evidence, calls=calls), scorers))
    return True


def _spent(tokens: TokenTotals) -> tuple[int | None, ...]:
    return tokens.prompt, tokens.completion, tokens.at_least
