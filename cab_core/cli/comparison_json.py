"""A comparison for programs."""

from __future__ import annotations

from typing import Any

from cab_core.records import to_json
from cab_core.stats import Pair, summarise, unknown_amounts, verdict_of

from .compared import Compared


def as_json_values(compared: Compared) -> dict[str, Any]:
    """Return a comparison as `cab compare --json` prints it. A unit's parts are named by `unit`.

    `possible` is how many pairs of configurations could have been compared, `p_of_all` p times that. `says`
    is what the test says, and `verdict` the same or, with a margin, what that allows.
    """
    sides, found, results, possible = (
        compared.sides,
        compared.found,
        compared.results,
        compared.possible,
    )
    halves, (mixed_a, mixed_b) = compared.halves, sides.mixed(results)
    return {
        "a": str(sides.a),
        "b": str(sides.b),
        "unit": ["task", *sides.common],
        "on": found.on,
        "tasks": found.tasks,
        "families": found.families,
        "rate_a": found.rate_a,
        "rate_b": found.rate_b,
        "difference": found.difference,
        "interval": to_json(found.interval) if found.interval else None,
        "better": found.better,
        "worse": found.worse,
        "p": float(found.p),
        "says": found.says,
        "verdict": found.verdict,
        "margin": found.margin,
        "bounds": to_json(found.bounds) if found.bounds else None,
        "sensitivity": to_json(compared.sensitivity),
        "possible": possible,
        "p_of_all": min(1.0, float(found.p) * max(possible, 1)),
        "pairs": [_pair_json(pair) for pair in found.pairs],
        "flipped": [_pair_json(pair) for pair in found.flipped],
        "axes": to_json(list(compared.axes)),
        "unknown_amounts": {
            axis: dict(zip("ab", counts, strict=True))
            for axis, counts in unknown_amounts(halves.pairs).items()
        },
        "only_a": list(found.only_a),
        "only_b": list(found.only_b),
        "excluded": {
            name: summarise(map(verdict_of, half)).excluded
            for name, half in zip("ab", sides.chosen(results), strict=True)
        },
        "voided": {
            name: summarise(map(verdict_of, half)).voided
            for name, half in zip("ab", sides.chosen(results), strict=True)
        },
        "mixed": {"a": mixed_a, "b": mixed_b},
        "unnamed": {key: {"a": a, "b": b} for key, (a, b) in sides.differing(results).items()},
        "marks": halves.marks,
        "runtimes": sorted({r.cell.runtime for r in halves}),
    }


def _pair_json(pair: Pair) -> dict[str, Any]:
    """Return a pair with its rates, and the cells solved and counted that they are made of."""
    rates = {"a": float(pair.a.rate), "b": float(pair.b.rate)}
    return {"unit": list(pair.unit), **rates, "cells_a": to_json(pair.a), "cells_b": to_json(pair.b)}
