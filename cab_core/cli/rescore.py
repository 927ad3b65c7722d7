"""`cab rescore`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from cab_core.plugins.registry import Plugins
from cab_core.run.recount import is_whole
from cab_core.run.rescore import rescored
from cab_core.store.cells import Store, read_evidence, write_result
from cab_core.words import plural

from . import options, standing
from .group import pass_plugins
from .table import print_json
from .text import warn_of_faults


@click.command
@click.option("--sweep-id", help="only this sweep")
@options.runs
@options.as_json
@pass_plugins
def command(plugins: Plugins, sweep_id: str | None, runs: Path, as_json: bool) -> int:
    """Compute the axes of finished cells anew, from what they recorded, without running anything.

    An axis whose scorer is not installed, or fails, is kept as it was. So is a cell whose calls.jsonl does
    not hold all calls, as one that was copied in part.
    """
    standing.check(runs, sweep_id)
    faults: list[str] = []
    scorers = plugins.scorers(faults.append)
    warn_of_faults(faults)
    changed = count = 0
    lacking = list[str]()
    kept, failed, unknown = Counter[str](), Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for directory, _ in Store(runs).summaries(sweep_id):
        result, evidence = read_evidence(directory)
        if not is_whole(result, evidence.calls):
            lacking.append(str(directory))
            continue
        found = rescored(result, evidence, scorers, lambda axis, why: failed.update([(axis, why)]))
        count += 1
        kept.update(result.scores.keys() - {s.axis for s in scorers})
        unknown.update(found.unscored.items())
        if found != result:
            write_result(directory, found)
            changed += 1
    if as_json:
        print_json(
            {
                "cells": count,
                "changed": changed,
                "kept": dict(kept + _by_axis(failed)),
                "unknown": _by_axis(unknown),
                "lacking": lacking,
            }
        )
        return 0
    for axis, n in sorted(kept.items()):
        click.echo(
            f"axis {axis} of {plural(n, 'cell')} is kept as it was: no scorer of that name can be used"
        )
    warn_of_faults(
        [
            *(
                f"axis {axis} of {plural(n, 'cell')} is kept as it was: {why}"
                for (axis, why), n in failed.items()
            ),
            *(f"axis {axis} is unknown in {plural(n, 'cell')}: {why}" for (axis, why), n in unknown.items()),
        ]
    )
    if lacking:
        said = f"{plural(len(lacking), 'cell')} left as before: calls.jsonl does not hold all calls, first: "
        warn_of_faults([said + lacking[0]])
    click.echo(f"{plural(count, 'cell')} scored, {changed} changed")
    return 0


def _by_axis(unknown: Counter[tuple[str, str]]) -> Counter[str]:
    found = Counter[str]()
    for (axis, _), n in unknown.items():
        found[axis] += n
    return found
