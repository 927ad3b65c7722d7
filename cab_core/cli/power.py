"""`cab power`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs
import click

from cab_core.errors import UserError
from cab_core.stats import (
    Assumed,
    Selector,
    Sides,
    largest_flip,
    measured,
    one_of_each,
    percent,
    power_of,
    smallest,
    tasks_needed,
)

from . import options, standing
from .rows import print_table
from .shares import Share
from .table import print_json
from .text import say

_ATTEMPTS = (1, 2, 3, 5)  # that are looked at where none are asked for
_MOST_ATTEMPTS = 20


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


@click.command
@click.option(
    "--rate", type=Share(closed=True), help="how many tasks the side to compare with solves: 0.6 or 60%"
)
@click.option(
    "--difference",
    type=Share(-1.0, 1.0),
    help="how much better (or worse: negative) the other is to be found; with --margin 0 where not given",
)
@click.option(
    "--flip",
    type=Share(closed=True),
    help="how often two attempts of one configuration at a task differ  [the most that --rate allows]",
)
@click.option(
    "--attempts",
    type=click.IntRange(1, _MOST_ATTEMPTS),
    help="attempts a task of either side  [1, 2, 3 and 5]",
)
@click.option(
    "--tasks", type=click.IntRange(1, 100_000), help="so many tasks: how surely, or what difference"
)
@click.option(
    "--power", "aim", type=Share(), default="0.8", show_default=True, help="how surely it is to be seen"
)
@click.option("--margin", type=Share(), help="plan `cab compare --margin`: to be found not worse by this")
@click.option(
    "--from", "source", metavar="SELECTOR", help="take rate and flips from cells, such as tui=aider,model=x"
)
@options.runs
@standing.option
@options.as_json
def command(
    rate: float | None,
    difference: float | None,
    flip: float | None,
    attempts: int | None,
    tasks: int | None,
    aim: float,
    margin: float | None,
    source: str | None,
    runs: Path,
    scripted: bool,
    as_json: bool,
) -> int:
    """How many tasks and attempts does it take to see a difference?

    With --tasks it says how surely --difference is seen; without --difference, which one is.

    \b
      cab power --rate 60% --difference 10%               how many tasks?
      cab power --rate 60% --difference 10% --tasks 50    how surely?
      cab power --rate 60% --tasks 50                     what difference?
      cab power --rate 60% --margin 5%                    to be found not worse by 5%?
      cab power --from tui=aider,model=x --difference 10%
    """
    if source is not None:
        rate, flip = _measured(source, runs, scripted, rate, flip)
    if rate is None:
        raise UserError(
            "give --rate, such as --rate 60%, or --from SELECTOR to measure it in cells that are there"
        )
    if difference is None and margin is not None:
        difference = 0.0
    if difference is None and tasks is None:
        raise UserError("give --difference, --tasks, or both: one is planned with the other")
    assumed = _assumed(rate, difference, flip, margin)
    rows = [_row(assumed, k, tasks, difference, margin, aim) for k in ([attempts] if attempts else _ATTEMPTS)]
    if as_json:
        print_json(_values(assumed, difference, margin, aim, rows))
    else:
        _print(assumed, difference, flip, margin, aim, rows, tasks is None)
    return 0


def _measured(
    source: str, runs: Path, scripted: bool, rate: float | None, flip: float | None
) -> tuple[float, float | None]:
    """Return the rate and the flips of cells, but for what was given.

    Raises:
        UserError: there are no such cells.
    """
    side = Selector.parse(source)
    cells = [(p, r) for p, r in standing.standing(runs, scripted).cells if side.matches(r)]
    if "sweep" not in side.wanted:
        cells = one_of_each(cells)
    units = Sides(side, side).units([r for _, r in cells], side)
    found, flips = measured((unit[0], tally) for unit, tally in units.items())
    if found is None:
        raise UserError(f"no cell in {runs} with a verdict is {side}; `cab results` shows what there is")
    # Flips that were seen may be a little more than this rate allows: then all tasks are alike.
    most = largest_flip(found if rate is None else rate)
    return found if rate is None else rate, flip if flip is not None or flips is None else min(flips, most)


def _assumed(rate: float, difference: float | None, flip: float | None, margin: float | None) -> Assumed:
    """Return the assumptions.

    Raises:
        UserError: they contradict each other.
    """
    by, most = difference or 0.0, largest_flip(rate)
    if difference == 0.0 and margin is None:
        raise UserError("--difference 0: there is nothing to see; with --margin it is a question")
    if not 0 <= rate + by <= 1:
        raise UserError(f"--rate {percent(rate)} and --difference {percent(by)} make {percent(rate + by)}; "
                        "expected a rate between 0% and 100%")  # fmt: skip
    if margin is not None and by <= -margin:
        raise UserError(f"--difference {percent(by)} is a loss of --margin {percent(margin)} or more: it is never to "
                        "be found not worse; expected a smaller loss, or none")  # fmt: skip
    if flip is not None and flip > most + 1e-9:
        raise UserError(f"--flip {percent(flip)}: at a rate of {percent(rate)} two attempts differ in {percent(most)} "
                        "at most (2 R (1 - R)); expected that or less")  # fmt: skip
    return Assumed(rate=rate, difference=by, flip=most if flip is None else flip)


def _row(
    assumed: Assumed,
    attempts: int,
    tasks: int | None,
    difference: float | None,
    margin: float | None,
    aim: float,
) -> Row:
    if difference is None:
        found = smallest(assumed, tasks or 0, attempts, aim)
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


def _values(
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


def _print(
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
    most = (
        "" if flip is not None else ", the most that is possible at this rate (--flip or --from tell better)"
    )
    say(f"Taken to be true: one side solves {percent(assumed.rate)} of tasks like these{other}; two attempts of one "
        f"configuration at a task end differently in {percent(assumed.flip)}{most}. Both sides find the same tasks hard.")  # fmt: skip
    claim = "to be found not worse by " + percent(margin) if margin is not None else "to be seen"
    if difference is None:
        say(f"\nThe smallest difference {claim} in {percent(aim, 0)} of comparisons:")
    else:
        sure = f" in {percent(aim, 0)} of comparisons, about" if planned else ", so often"
        say(f"\n{percent(difference, signed=True)} {claim}{sure}:")
    table = [
        (f"{r.attempts}", _count(r.tasks), _count(r.cells), *_found(r, difference, planned)) for r in rows
    ]
    print_table(table, ("attempts",), (), ("tasks", "cells", *_head(difference, planned)))
    say(
        "Cells of both sides together. An estimate, as good as what is taken to be true; related tasks count as one."
    )


def _head(difference: float | None, planned: bool) -> tuple[str, ...]:
    return ("difference",) if difference is None else () if planned else ("power",)


def _found(row: Row, difference: float | None, planned: bool) -> tuple[str, ...]:
    if difference is None:
        return ("none",) if row.difference is None else (percent(row.difference),)
    return () if planned else (percent(row.power or 0.0),)


def _count(n: int | None) -> str:
    return "more than 100,000" if n is None else f"{n:,}"
