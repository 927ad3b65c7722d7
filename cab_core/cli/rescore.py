"""`cab rescore`."""

from __future__ import annotations

from pathlib import Path

import attrs
import click

from cab_core.plugins.registry import Plugins
from cab_core.run.score import score
from cab_core.store.cells import Store, read_evidence, write_result

from . import options


@click.command
@click.option("--sweep-id", help="only this sweep")
@options.runs
@click.pass_obj
def command(plugins: Plugins, sweep_id: str | None, runs: Path) -> int:
    """Compute the axes of finished cells anew, from what they recorded, without running anything."""
    scorers = plugins.scorers()
    changed = count = 0
    for directory, _ in Store(runs).standing(sweep_id):
        result, evidence = read_evidence(directory)
        scores = score(evidence, scorers)
        count += 1
        if scores != result.scores:
            write_result(directory, attrs.evolve(result, scores=scores))
            changed += 1
    click.echo(f"{count} cells scored, {changed} changed")
    return 0
