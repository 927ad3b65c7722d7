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

_LISTED = 40  # flaky tasks in the terminal; --json has all


def look(sides: Sides, results: Sequence[CellSummary], as_json: bool) -> None:
    """Print what the attempts of one selector differ by.

    Raises:
        UserError: no task has two attempts.
    """
    found = noise_of(sides.units(results, sides.a))
    if found is None:
        raise UserError(
            f"A and B are both {sides.a}: to hold a configuration against itself takes two attempts with a verdict "
            "at one task or more; run it again with --attempts 2, or more"
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
        "noise": {**{k: getattr(found, k) for k in ("tasks", "halves", "floor", "flip", "left_out")}},
        "flaky": flaky,
    }


def _print(sides: Sides, found: Noise) -> None:
    say(f"A and B are both {one_line(str(sides.a), 300)}: its attempts are held against each other.\n")
    tasks = plural(found.tasks, "task")
    say(f"noise     {percent(found.floor)}: two halves of the attempts at {tasks}, {found.halves} cells each, differ "
        "by no more than that in 95% of all ways to halve them", indent=10)  # fmt: skip
    say(f"flips     {percent(found.flip)}: two attempts at a task end differently so often "
        f"(cab power --flip {found.flip:.3g})", indent=10)  # fmt: skip
    if found.left_out:
        say(f"{plural(found.left_out, 'task')} with a single attempt left out.")
    say(f"\n{plural(len(found.flaky), 'flaky task')}" + (":" if found.flaky else ": every attempt agrees."))
    model = 1 + sides.common.index("model")
    names = (0, *(i for i in (1 + sides.common.index("tui"), model)))
    rows = [
        (*(unit[i] for i in names), f"{tally.solved}/{tally.counted}")
        for unit, tally in found.flaky[:_LISTED]
    ]
    print_table(rows, ("task", "CLI", "model"), (), ("solved",))
    if len(found.flaky) > _LISTED:
        say(f"and {len(found.flaky) - _LISTED} more; --json has them all")
