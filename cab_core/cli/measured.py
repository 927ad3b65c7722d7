"""What `cab power --from` measured its rate and flips in: which configurations, how many cells of each."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from cab_core.records import CellSummary
from cab_core.stats import distinct_names
from cab_core.words import plural

from .text import name_line, say

_LISTED = 10  # configurations; --json has all


@attrs.frozen(kw_only=True)
class MeasuredIn:
    """A configuration with verdicts: `tasks` that have one, in so many `cells`."""

    name: str
    tasks: int
    cells: int


def measured_in(results: Sequence[CellSummary]) -> list[MeasuredIn]:
    """Return the configurations of the cells that have a verdict, the one with the most tasks first."""
    counted = [r for r in results if r.solved is not None]
    names = distinct_names(r.cell.configuration for r in counted)
    groups: dict[str, list[str]] = {}
    for result in counted:
        groups.setdefault(names[result.cell.configuration], []).append(result.cell.task)
    found = [MeasuredIn(name=n, tasks=len(set(tasks)), cells=len(tasks)) for n, tasks in groups.items()]
    return sorted(found, key=lambda m: (-m.tasks, m.name))


def print_measured_in(found: Sequence[MeasuredIn]) -> None:
    """Say what was measured in; of several configurations, that no plan is for any of them."""
    if len(found) == 1:
        say(f"Measured in {_said(found[0])}.")
        return
    say(
        f"Measured in {len(found)} configurations together, as the mean at each task: none of them need "
        "be so. Name one in --from, by tui, model, stack, version, runtime ..."
    )
    for one in found[:_LISTED]:
        say(f"  {_said(one)}", indent=4)
    if len(found) > _LISTED:
        say(f"  and {len(found) - _LISTED} more; --json has them all")


def _said(one: MeasuredIn) -> str:
    return f"{name_line(one.name)}: {plural(one.tasks, 'task')}, {plural(one.cells, 'cell')}"
