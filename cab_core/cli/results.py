"""`cab results`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from cab_core.records import CellSummary
from cab_core.stats import On

from . import options, standing
from .stack_effects import items_of, print_stack_effects, stack_effects
from .summaries import Summaries, print_summaries, summaries, summary_rows
from .table import as_row, print_json, print_results

Results = Sequence[tuple[Path, CellSummary]]
Relative = list[float | None] | None  # of each cell; None: nobody asked


@click.command
@click.option("--sweep-id", help="only this sweep")
@options.runs
@click.option("--summary", is_flag=True, help="only the table of CLIs and models, with intervals")
@click.option("--at", "ks", type=click.IntRange(min=1), multiple=True, metavar="K",
              help="pass@K and pass^K too: one of K attempts solves the task, and all do")  # fmt: skip
@click.option("--relative", "asked", is_flag=True,
              help="the composite against the other cells of the sweep at the same task, too")  # fmt: skip
@options.on
@standing.option
@options.as_json
def command(
    sweep_id: str | None, runs: Path, summary: bool, ks: tuple[int, ...], asked: bool, on: On, scripted: bool,
    as_json: bool,
) -> int:  # fmt: skip
    """Print every cell, by the try that stands, and each CLI x model with its rank, rate, interval and n."""
    found = standing.standing(runs, scripted, sweep_id)
    results, relative = found.cells, _relative(found.cells) if asked else None
    if as_json and summary:
        print_json(_summary_rows(results, on, ks, relative))
    elif as_json:
        print_json([_row(*cell) | more for cell, more in zip(results, _more(results, relative), strict=True)])
    elif not results:
        click.echo(f"There is no finished cell{' of a model' if found.left_out else ''} in {runs}.")
    else:
        if not summary:
            print_results(results, relative)
        by_configuration = summaries(results, on)
        print_summaries(by_configuration)
        _print_more(results, by_configuration, ks, relative)
        print_stack_effects(stack_effects(results))
    found.say_left_out(err=as_json)
    return 0


def _row(path: Path, cell: CellSummary) -> dict[str, Any]:
    """Return a cell's figures; of one with a stack also what became of its items, and what they cost."""
    kept = ("item", "reason", "state", "tokens_a_call")
    items = [{name: getattr(item, name) for name in kept} for item in items_of(path, cell)]
    return as_row(cell) | ({"stack_items": items} if items else {})


def _relative(results: Results) -> Relative:
    from .relative import relative_of

    return relative_of(results)


def _more(results: Results, relative: Relative) -> list[dict[str, Any]]:
    return [{} for _ in results] if relative is None else [{"relative": value} for value in relative]


def _summary_rows(results: Results, on: On, ks: Sequence[int], relative: Relative) -> list[dict[str, Any]]:
    found = summaries(results, on)
    rows = summary_rows(found)
    if ks:
        from .attempts import at_rows

        rows = [row | {"at": at_rows(s, ks)} for row, s in zip(rows, found.values(), strict=True)]
    if relative is not None:
        from .relative import relative_rows

        more = relative_rows(results, relative, found)
        rows = [row | {"relative": figure} for row, figure in zip(rows, more, strict=True)]
    return rows


def _print_more(results: Results, found: Summaries, ks: Sequence[int], relative: Relative) -> None:
    if ks:
        from .attempts import print_at

        print_at(found, ks)
    if relative is not None:
        from .relative import print_relative

        print_relative(results, relative, found)
