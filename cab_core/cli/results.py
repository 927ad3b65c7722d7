"""`cab results`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cab_core.records import CellSummary
from cab_core.stats import On

from . import options, standing
from .stack_effects import items_of, print_stack_effects, stack_effects
from .summaries import print_summaries, summaries, summary_rows
from .table import as_row, print_json, print_results


@click.command
@click.option("--sweep-id", help="only this sweep")
@options.runs
@click.option("--summary", is_flag=True, help="only the table of CLIs and models, with intervals")
@options.on
@standing.option
@options.as_json
def command(sweep_id: str | None, runs: Path, summary: bool, on: On, scripted: bool, as_json: bool) -> int:
    """Print every cell, by the try that stands, and each CLI x model with its rank, rate, interval and n."""
    found = standing.standing(runs, scripted, sweep_id)
    results = found.cells
    if as_json:
        print_json(summary_rows(summaries(results, on)) if summary else [_row(*cell) for cell in results])
    elif not results:
        click.echo(f"There is no finished cell{' of a model' if found.left_out else ''} in {runs}.")
    else:
        if not summary:
            print_results(results)
        print_summaries(summaries(results, on))
        print_stack_effects(stack_effects(results))
    found.say_left_out(err=as_json)
    return 0


def _row(path: Path, cell: CellSummary) -> dict[str, Any]:
    """Return a cell's figures; of one with a stack also what became of its items, and what they cost."""
    kept = ("item", "reason", "state", "tokens_a_call")
    items = [{name: getattr(item, name) for name in kept} for item in items_of(path, cell)]
    return as_row(cell) | ({"stack_items": items} if items else {})
