"""`cab power`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import attrs
import click

from cab_core.errors import UserError
from cab_core.records import CellSummary
from cab_core.stats import (
    Assumed,
    Selector,
    Sides,
    largest_flip,
    measured,
    one_of_each,
    percent,
)

from . import options, standing
from .measured import MeasuredIn, measured_in, print_measured_in
from .no_cell import no_cell
from .plans import as_json_values, plan, print_plans
from .shares import Share
from .table import print_json
from .text import say

_ATTEMPTS = (1, 2, 3, 5)  # that are looked at where none are asked for
_MOST_ATTEMPTS = 20


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
    told: list[MeasuredIn] = []
    if source is not None:
        cells = _cells(source, runs, scripted)
        rate, flip = _measured(source, runs, cells, rate, flip)
        told = measured_in(cells)
    if rate is None:
        raise UserError(
            "give --rate, such as --rate 60%, or --from SELECTOR to measure it in cells that are there"
        )
    if difference is None and margin is not None:
        difference = 0.0
    if difference is None and tasks is None:
        raise UserError("give --difference, --tasks, or both: one is planned with the other")
    assumed = _assumed(rate, difference, flip, margin)
    rows = [plan(assumed, k, tasks, difference, margin, aim) for k in ([attempts] if attempts else _ATTEMPTS)]
    if as_json:
        said = as_json_values(assumed, difference, margin, aim, rows)
        print_json({**said, "measured_in": [attrs.asdict(one) for one in told]})
    else:
        if told:
            print_measured_in(told)
        print_plans(assumed, difference, flip, margin, aim, rows, tasks is None)
    return 0


def _cells(source: str, runs: Path, scripted: bool) -> list[CellSummary]:
    """Return the cells to measure in.

    Raises:
        UserError: there are none.
    """
    side = Selector.parse(source)
    cells = [(p, r) for p, r in standing.standing(runs, scripted).cells if side.matches(r)]
    if "sweep" not in side.wanted:
        cells = one_of_each(cells)
    if not cells:
        raise no_cell(side, runs, scripted=scripted)
    return [r for _, r in cells]


def _measured(
    source: str, runs: Path, cells: Sequence[CellSummary], rate: float | None, flip: float | None
) -> tuple[float, float | None]:
    """Return the rate and the flips of cells, but for what was given.

    Raises:
        UserError: none of them has a verdict.
    """
    side = Selector.parse(source)
    units = Sides(side, side).units(cells, side)
    found, flips = measured((unit[0], tally) for unit, tally in units.items())
    if found is None:
        raise UserError(f"no cell in {runs} with a verdict is {side}; `cab results` shows what there is")
    # Flips that were seen may be a little more than this rate allows: then all tasks are alike.
    rate = found if rate is None else rate
    most = largest_flip(rate)
    if flip is not None or flips is None:
        return rate, flip
    if flips > most + 1e-9:
        limit = f"at a rate of {percent(rate)} it is {percent(most)} at most (2 R (1 - R)), which is taken"
        say(f"two attempts differed in {percent(flips)}; {limit}.", err=True)
    return rate, min(flips, most)


def _assumed(rate: float, difference: float | None, flip: float | None, margin: float | None) -> Assumed:
    """Return the assumptions.

    Raises:
        UserError: they contradict each other.
    """
    by, most = difference or 0.0, largest_flip(rate)
    if difference == 0.0 and margin is None:
        raise UserError("--difference 0: there is nothing to see; with --margin it is a question")
    if not 0 <= rate + by <= 1:
        both = f"--rate {percent(rate)} and --difference {percent(by)} make {percent(rate + by)}"
        raise UserError(f"{both}; expected a rate between 0% and 100%")
    if margin is not None and by <= -margin:
        loss = f"--difference {percent(by)} is a loss of --margin {percent(margin)} or more"
        raise UserError(f"{loss}: it is never to be found not worse; expected a smaller loss, or none")
    if flip is not None and flip > most + 1e-9:
        least = f"at a rate of {percent(rate)} two attempts differ in {percent(most)} at most (2 R (1 - R))"
        raise UserError(f"--flip {percent(flip)}: {least}; expected that or less")
    return Assumed(rate=rate, difference=by, flip=most if flip is None else flip)
