"""One configuration against itself, for people and for programs: its noise and its flaky tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cab_core.errors import UserError
from cab_core.records import CellSummary, to_json
from cab_core.stats import Noise, Sides, noise_of, percent
from cab_core.words import plural

from .rows import print_table
from .table import print_json
from .text import one_line, say

_LABEL = 10  # columns
_LISTED = 40  # flaky tasks in the terminal; --json has all


def look(sides: Sides, results: Sequence[CellSummary], as_json: bool) -> None:
    """Print what the attempts of one selector differ by.

    Raises:
        UserError: no task has two attempts.
    """
    found = noise_of(sides.units(results, sides.a))
    if found is None:
        raise UserError(
            f"A and B are both {sides.a}: to hold a configuration against itself takes two attempts with a "
            "verdict at one task or more; run it again with --attempts 2, or more"
        )
    if as_json:
        print_json(_values(sides, found))
    else:
        _print(sides, found)


def _values(sides: Sides, found: Noise) -> dict[str, Any]:
    """Return what `cab compare A A --json` prints."""
    flaky = [{"unit": list(unit), "cells": to_json(tally)} for unit, tally in found.flaky]
    return {
        "a": str(sides.a),
        "b": str(sides.b),
        "unit": ["task", *sides.common],
        "noise": {k: getattr(found, k) for k in ("tasks", "halves", "floor", "flip", "left_out")},
        "flaky": flaky,
    }


def _print(sides: Sides, found: Noise) -> None:
    say(f"A and B are both {one_line(str(sides.a), 300)}: its attempts are held against each other.\n")
    halves = f"two halves of the attempts at {plural(found.tasks, 'task')}, {found.halves} cells each"
    often = "two attempts at a task end differently so often (`cab power --from` reads it from them)"
    for name, text in (
        ("noise", f"{percent(found.floor)}: {halves}, differ by no more in 95% of all ways to halve them"),
        ("flips", f"{percent(found.flip)}: {often}"),
    ):
        say(f"{name:<{_LABEL}}{text}", indent=_LABEL)
    if found.left_out:
        say(f"{plural(found.left_out, 'task')} with a single attempt left out.")
    say(f"\n{plural(len(found.flaky), 'flaky task')}" + (":" if found.flaky else ": every attempt agrees."))
    shown = (0, 1 + sides.common.index("tui"), 1 + sides.common.index("model"))
    rows = [(*(unit[i] for i in shown), f"{t.solved}/{t.counted}") for unit, t in found.flaky[:_LISTED]]
    print_table(rows, ("task", "CLI", "model"), (), ("solved",))
    if len(found.flaky) > _LISTED:
        say(f"and {len(found.flaky) - _LISTED} more; --json has them all")
