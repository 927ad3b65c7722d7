"""The composite of a cell against the others of its sweep at the same task.

A cell's own composite holds tokens and time against fixed amounts (10,000 tokens, 10 s), whatever the task
takes. Beside the others the best of them is the measure: the two terms become best / own, which is 1 for
the cheapest and for the quickest. The other terms, the weights and the rule of what is worth nothing stay
those of the cell:

    relative = composite + w_cost (best tokens / tokens - cost_efficiency)
                         + w_latency (best time / time - latency_efficiency)

It is 0 where the composite is 0 and None where it is None. It depends on who else ran: it ranks the cells
of one sweep, and is not to be held against that of another.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from math import isfinite
from typing import Any

import attrs


@attrs.frozen(kw_only=True)
class Composite:
    """What a cell keeps of its composite. `group`: sweep, task, and what else keeps cells apart."""

    group: Hashable
    value: float | None
    weights: Mapping[str, float]
    tokens: float | None
    wall_ms: float | None
    cost_efficiency: float | None
    latency_efficiency: float | None

    @classmethod
    def of(cls, group: Hashable, values: Mapping[str, Any]) -> Composite | None:
        """Return it out of the values of the axis; None where another scorer keeps other ones."""
        parts, weights = values.get("components"), values.get("weights")
        if not isinstance(parts, Mapping) or not isinstance(weights, Mapping):
            return None
        cost, latency = (_number(weights.get(name)) for name in ("cost", "latency"))
        if cost is None or latency is None:
            return None
        return cls(
            group=group,
            value=_number(values.get("composite")),
            weights={"cost": cost, "latency": latency},
            tokens=_number(parts.get("tokens_per_correct_task")),
            wall_ms=_number(parts.get("wall_clock_ms")),
            cost_efficiency=_number(parts.get("cost_efficiency")),
            latency_efficiency=_number(parts.get("latency_efficiency")),
        )


def _number(value: Any) -> float | None:
    """Return a number that a cell may keep; what a stranger wrote may be anything."""
    known = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and value >= 0
    return float(value) if known else None


def relative(cells: Sequence[Composite | None]) -> list[float | None]:
    """Return the relative composite of each cell, from 0 to 1."""
    best: dict[Hashable, tuple[float, float]] = {}
    for cell in cells:
        if cell is not None and _compares(cell):
            tokens, ms = best.get(cell.group, (float("inf"), float("inf")))
            best[cell.group] = min(tokens, cell.tokens or 0.0), min(ms, cell.wall_ms or 0.0)
    return [None if cell is None else _relative(cell, best) for cell in cells]


def _compares(cell: Composite) -> bool:
    """Tell whether a cell is worth something, and all that is compared of it is known."""
    parts = (cell.tokens, cell.wall_ms, cell.cost_efficiency, cell.latency_efficiency)
    return bool(cell.value) and None not in parts


def _relative(cell: Composite, best: Mapping[Hashable, tuple[float, float]]) -> float | None:
    if not _compares(cell):
        return 0.0 if cell.value == 0 else None
    assert cell.value is not None
    tokens, ms = best[cell.group]
    cost = _share(tokens, cell.tokens) - (cell.cost_efficiency or 0.0)
    latency = _share(ms, cell.wall_ms) - (cell.latency_efficiency or 0.0)
    return cell.value + cell.weights["cost"] * cost + cell.weights["latency"] * latency


def _share(best: float, own: float | None) -> float:
    return best / own if own else 1.0
