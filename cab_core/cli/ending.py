"""What a command says of its cells at its end: the table of those that have ended, the counts, what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

import click

from cab_core.records import CellSummary

from .again import command_again
from .screen import counts, duration
from .table import print_results
from .tally import Tally
from .text import name_line, say

INTERRUPTED = 130  # the exit code
_FEW = 10  # cells of which everybody sees which were slow


def print_end(results: Sequence[tuple[object, CellSummary]], tally: Tally) -> None:
    """Print the table of what there is, and the counts of what was planned."""
    if results:
        print_results(results)
    parts = counts(tally, tally.spend)
    if tally.done and not tally.spend.cells:
        parts.append("none run anew")
    if tally.not_run:
        parts.append(f"{tally.not_run} not run")
    say(f"{tally.total} {'cell' if tally.total == 1 else 'cells'}: {', '.join(parts)}.")
    if (tally.total or 0) > _FEW and tally.slowest:
        click.echo("The slowest:")
        for took, cell in tally.slowest:
            say(f"  {duration(took)}  {name_line(cell.cell_id)}")


def end_interrupted(
    results: Sequence[tuple[object, CellSummary]], tally: Tally, as_json: bool, goes_on: bool = False
) -> NoReturn:
    """End a command that was interrupted, with 130. `goes_on`: it does not run its cells anew each time.

    Raises:
        KeyboardInterrupt: JSON was asked for, of which there is only the error's.
    """
    if as_json:
        raise KeyboardInterrupt
    context = click.get_current_context()
    print_end(results, tally)
    click.echo(f"{'Go on with' if goes_on else 'Again from the start'}: {command_again(context)}")
    context.exit(INTERRUPTED)
