"""`cab demo`: the main job with nothing but Python and git."""

from __future__ import annotations

from pathlib import Path

import click

from cab_core.gateway.models import EndpointChoice
from cab_core.plugins.registry import Plugins
from cab_core.records import Sweep
from cab_core.site.build import build_site

from . import options
from .group import pass_plugins
from .session import run_sweep
from .table import as_row, print_json, print_results
from .text import say

SWEEP = Sweep(
    sweep_id="demo",
    tuis=("aider",),
    models=("scripted:oracle", "scripted:null"),
    tasks=("mutations/py-stock-reorder", "mutations/py-interval-merge"),
)


@click.command
@options.runs
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    default=Path("site"),
    show_default=True,
    help="directory that gets the pages",
)
@click.option("-j", "width", type=click.IntRange(min=1), default=2, show_default=True, help="cells at once")
@options.as_json
@pass_plugins
def command(plugins: Plugins, runs: Path, out: Path, width: int, as_json: bool) -> int:
    """Run the real aider on two Python tasks with two scripted models, and write the pages.

    scripted:oracle carries out the reference solution and must pass; scripted:null changes nothing
    and must fail.
    """
    if not as_json:
        say("Demo: the real aider CLI, two tasks, two scripted models (no model, no key, no spend).")
    results, code = run_sweep(SWEEP, plugins, EndpointChoice(), runs, width=width, quiet=as_json)
    index = build_site([runs], out, scripted=True, plugins=plugins).resolve()
    cells = runs.resolve() / SWEEP.sweep_id
    wrong = [r.cell_id for _, r in results if r.outcome != _EXPECTED[r.cell.model]]
    right = not wrong and code == 0
    if as_json:
        rows = [as_row(r) for _, r in results]
        print_json({"right": right, "pages": str(index), "runs": str(cells), "cells": rows})
    else:
        print_results(results)
        click.echo(f"\nPages: {index}\nCells: {cells}\n")
        said = _NEXT if right else f"The demo did not come out as it must: {', '.join(wrong)}"
        click.echo(said, err=not right)
    return 0 if right else 1


_EXPECTED = {"scripted:oracle": "passed", "scripted:null": "failed"}
_NEXT = """Next, with a model of your own (any OpenAI-compatible endpoint):
  export CAB_ENDPOINT=http://127.0.0.1:8000/v1 CAB_KEY=...
  cab check --tui aider --model YOUR_MODEL --task mutations/py-stock-reorder
  cab run --tui aider --model YOUR_MODEL --task 'mutations/*' -j 2
(Give run the --wall and -j that check suggests; cab is .venv/bin/cab where you used make.)"""
