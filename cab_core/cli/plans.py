"""Plans of a comparison: how many tasks and attempts see what, and how surely."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from cab_core.stats import Assumed, percent, power_of, smallest, tasks_needed

from .rows import print_table
from .text import say


@attrs.frozen(kw_only=True)
class Row:
    """A plan: `tasks` with `attempts` of either side, which is `cells` together, and what it sees how surely.

    None: no such number of tasks (`tasks`), no difference that is possible (`difference`).
    """

    attempts: int
    tasks: int | None
    cells: int | None
    difference: float | None
    power: float | None


def plan(
    assumed: Assumed,
    attempts: int,
    tasks: int | None,
    difference: float | None,
    margin: float | None,
    aim: float,
) -> Row:
    """Return the plan for so many attempts: what is not asked for, out of what is."""
    if difference is None:
        found = smallest(assumed, tasks or 0, attempts, aim)
        if found is None:  # a loss may be seen where there is no room for as large a gain
            loss = smallest(attrs.evolve(assumed, rate=1 - assumed.rate), tasks or 0, attempts, aim)
            found = None if loss is None else -loss
        return Row(attempts=attempts, tasks=tasks, cells=_cells(tasks, attempts), difference=found, power=aim)
    chances = assumed.chances(attempts)
    if margin is None and difference < 0:  # the test asks both ways
        chances = chances[::-1]
    if tasks is None:
        needed = tasks_needed(chances, aim, margin)
        return Row(
            attempts=attempts, tasks=needed, cells=_cells(needed, attempts), difference=difference, power=aim
        )
    seen = power_of(chances, tasks, margin)
    return Row(
        attempts=attempts, tasks=tasks, cells=_cells(tasks, attempts), difference=difference, power=seen
    )


def _cells(tasks: int | None, attempts: int) -> int | None:
    return None if tasks is None else 2 * tasks * attempts


def as_json_values(
    assumed: Assumed, difference: float | None, margin: float | None, aim: float, rows: Sequence[Row]
) -> dict[str, Any]:
    """Return what `cab power --json` prints."""
    return {
        "rate": assumed.rate,
        "difference": difference,
        "flip": assumed.flip,
        "margin": margin,
        "aim": aim,
        "plans": [attrs.asdict(row) for row in rows],
    }


def print_plans(
    assumed: Assumed,
    difference: float | None,
    flip: float | None,
    margin: float | None,
    aim: float,
    rows: Sequence[Row],
    planned: bool,
) -> None:
    """Print the assumptions and a line for each plan."""
    other = "" if difference is None else f", the other {percent(assumed.rate + difference)}"
    better = "--flip tells better, or --from cells of several attempts"
    most = "" if flip is not None else f", the most that is possible at this rate ({better})"
    say(
        f"Taken to be true: one side solves {percent(assumed.rate)} of tasks like these{other}; two attempts "
        f"of one configuration at a task end differently in {percent(assumed.flip)}{most}. Both sides find "
        "the same tasks hard."
    )
    claim = "to be found not worse by " + percent(margin) if margin is not None else "to be seen"
    if difference is None:
        say(f"\nThe smallest difference {claim} in {percent(aim, 0)} of comparisons:")
    else:
        sure = f" in {percent(aim, 0)} of comparisons, about" if planned else ", so often"
        say(f"\nA difference of {percent(difference, signed=True)}, {claim}{sure}:")
    table = [
        (f"{r.attempts}", _count(r.tasks), _count(r.cells), *_found(r, difference, planned)) for r in rows
    ]
    print_table(table, ("attempts",), (), ("tasks", "cells", *_head(difference, planned)))
    say(
        "Cells of both sides together. An estimate, as good as what is taken to be true; related tasks count "
        "as one."
    )


def _head(difference: float | None, planned: bool) -> tuple[str, ...]:
    return ("difference",) if difference is None else () if planned else ("power",)


def _found(row: Row, difference: float | None, planned: bool) -> tuple[str, ...]:
    if difference is None:
        return ("none",) if row.difference is None else (percent(row.difference),)
    return () if planned else (percent(row.power or 0.0),)


def _count(n: int | None) -> str:
    return "more than 100,000" if n is None else f"{n:,}"
