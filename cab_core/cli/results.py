"""`cab results`."""

from __future__ import annotations

from pathlib import Path

import click

from cab_core.stats import On

from . import options, standing
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
        print_json(summary_rows(summaries(results, on)) if summary else [as_row(r) for _, r in results])
    elif not results:
        click.echo(f"There is no finished cell{' of a model' if found.left_out else ''} in {runs}.")
    else:
        if not summary:
            print_results(results)
        print_summaries(summaries(results, on))
    found.say_left_out(err=as_json)
    return 0
