"""`cab results`."""

from __future__ import annotations

from pathlib import Path

import click

from cab_core.errors import UserError
from cab_core.store.cells import Store

from . import options
from .table import as_row, print_json, print_results


@click.command
@click.option("--sweep-id", help="only this sweep")
@options.runs
@options.as_json
def command(sweep_id: str | None, runs: Path, as_json: bool) -> int:
    """Print the newest try of every cell in a runs directory."""
    if not runs.is_dir():
        raise UserError(f"--runs {runs}: no such directory; `cab demo` or `cab run` makes one")
    results = list(Store(runs).newest(sweep_id))
    if as_json:
        print_json([as_row(r) for _, r in results])
    else:
        print_results(results)
    return 0
