"""What the items of stacks did in cells, beside what these came to."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from cab_core.records import Accounted, CellResult, CellSummary
from cab_core.store.reading import read_json
from cab_core.words import plural

from .text import one_line, say

_SKIPPED, _UNSEEN = "skipped", "not looked at"


def stack_effects(cells: Iterable[tuple[Path, CellSummary]]) -> list[dict[str, Any]]:
    """Return for each stack and CLI, and each item, in how many cells what became of it, and what it costs.

    `tokens_a_call`: the median over the cells in which it is known, which are `tokens_known` many.
    """
    found: dict[tuple[str, str, str], list[Accounted]] = {}
    for path, summary in cells:
        for item in items_of(path, summary):
            key = ("+".join(summary.cell.stack), summary.cell.tui, item.item)
            found.setdefault(key, []).append(item)
    return [_effect(*key, items) for key, items in found.items()]


def items_of(path: Path, summary: CellSummary) -> Sequence[Accounted]:
    """Return the items of a cell's stack with what came of them, which no summary has."""
    return read_json(path / "cell.json", CellResult).stack if summary.cell.stack else ()


def _effect(stack: str, tui: str, name: str, items: list[Accounted]) -> dict[str, Any]:
    tokens = [i.tokens_a_call for i in items if i.tokens_a_call is not None]
    states = Counter(_SKIPPED if i.reason is not None else i.state or _UNSEEN for i in items)
    return {
        "stack": stack,
        "tui": tui,
        "item": name,
        "cells": len(items),
        "states": dict(states.most_common()),
        "reasons": sorted({i.reason for i in items if i.reason is not None}),
        "tokens_a_call": round(statistics.median(tokens)) if tokens else None,
        "tokens_known": len(tokens),
    }


def print_stack_effects(effects: list[dict[str, Any]]) -> None:
    """Print a line for each item: an item that was never seen to take effect helped nobody."""
    for effect in effects:
        states = ", ".join(f"{state} in {n}" for state, n in effect["states"].items())
        tokens = effect["tokens_a_call"]
        costs = "" if tokens is None else f"; about {tokens:,} tokens a call"
        named = one_line(f"{effect['stack']} with {effect['tui']}, {effect['item']}", 300)
        why = "".join(f"; {_SKIPPED}: {one_line(reason, 300)}" for reason in effect["reasons"])
        say(f"{named}: {states} of {plural(effect['cells'], 'cell')}{costs}{why}", indent=3)
