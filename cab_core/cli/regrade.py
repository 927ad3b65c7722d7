"""`cab regrade`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cab_core.words import plural

from . import options, standing
from .group import pass_plugins
from .text import reason, say, warn_of_faults

if TYPE_CHECKING:
    from cab_core.plugins.registry import Plugins
    from cab_core.records import CellSummary
    from cab_core.sweep.regrade_plan import Asked
    from cab_core.sweep.regrading import Regraded

_MOST = 20  # cells that are named one by one


@click.command
@click.argument("selectors", nargs=-1, metavar="[KEY=PATTERN,...]...")
@click.option("--task", "task", metavar="PATTERN", default="*", help="only these tasks")
@click.option("--sweep-id", help="only this sweep")
@click.option("--fresh", is_flag=True, help="grade again also where the grader is what it was")
@click.option("-j", "width", type=click.IntRange(min=1), default=1, show_default=True, help="cells at once")
@options.runs
@options.pack
@options.as_json
@pass_plugins
def command(
    plugins: Plugins,
    selectors: tuple[str, ...],
    task: str,
    sweep_id: str | None,
    fresh: bool,
    width: int,
    runs: Path,
    packs: tuple[Path, ...],
    as_json: bool,
) -> int:
    """Grade the kept patches of finished cells again, where the grader or a task's hidden part changed.

    No CLI is started and no model called. What comes of it is another try of the cell, marked `regraded`;
    the old one stays. KEY=PATTERN says which cells, as in `cab compare`: tui=aider,model=gpt-*; several are
    taken together.

    A cell whose patch was cut, or does not make of the task's tree what the agent left, is not graded, and
    the exit code is then 1.
    """
    from cab_core.store.cells import Store
    from cab_core.sweep.regrade_plan import RegradePlanner, sweeps_of
    from cab_core.sweep.regrading import Watch, regrade_all
    from cab_core.tasks.catalog import Catalog

    from .signals import stop_on_signals

    store = Store(runs)
    found = [r for _, r in standing.standing(runs, True, sweep_id, _chosen(selectors, task)).cells]
    _check_chosen(found, selectors, runs, task)
    catalog = Catalog(plugins, packs)
    planner = RegradePlanner(store, plugins, catalog, lambda text: say(f"  {text}", err=True), fresh)
    asked = planner.plan(found)
    work = {a.standing.cell.key: a.work for a in asked if a.work}
    faults: list[str] = []
    scorers = plugins.scorers(faults.append)
    warn_of_faults(faults)
    watch = Watch(finished=lambda result, _: say(_line(result), err=True))
    with ExitStack() as held, stop_on_signals(lambda text: say(f"warning: {text}", err=True)) as stop:
        for sweep in sweeps_of(asked):
            held.enter_context(store.lock(sweep))
        done = regrade_all(work, store, scorers, stop, width, watch)
    _print_json(asked, done) if as_json else _print(asked, done)
    if stop.is_set():
        return 130
    return int(any(a.work is None and not a.unchanged for a in asked) or len(done.done) < len(work))


def _chosen(selectors: Sequence[str], task: str) -> Any:
    import fnmatch

    from cab_core.stats import Selector

    chosen = [Selector.parse(text) for text in selectors]

    def matches(result: CellSummary) -> bool:
        named = not chosen or any(s.matches(result) for s in chosen)
        return named and fnmatch.fnmatchcase(result.cell.task, task)

    return matches


def _check_chosen(found: Sequence[CellSummary], selectors: Sequence[str], runs: Path, task: str) -> None:
    """See that each selector, and the pattern of tasks, has a cell.

    Raises:
        UserError: one has none; names the nearest.
    """
    from cab_core.stats import Selector

    from .no_cell import no_cell

    for side in map(Selector.parse, selectors):
        if not any(side.matches(result) for result in found):
            raise no_cell(side, runs, task)
    if not found and task != "*":
        raise no_cell(Selector({}), runs, task)


def _line(result: CellSummary) -> str:
    return f"{result.outcome}  {result.cell_id}"


def _why_not(asked: Asked, done: Regraded) -> str | None:
    """Return why a cell was not graded again; None: it was."""
    key = asked.standing.cell.key
    if asked.work is None:
        return "; ".join(asked.reasons)
    if key in done.done:
        return None
    return done.not_kept.get(key) or done.failed.get(key) or "the command was interrupted"


def _print(asked: Sequence[Asked], done: Regraded) -> None:
    unchanged = sum(a.unchanged for a in asked)
    refused = [(a, why) for a in asked if not a.unchanged and (why := _why_not(a, done))]
    other = [(a, new) for a in asked if (new := _other(a, done))]
    for a, new in other[:_MOST]:
        say(
            f"{a.standing.cell_id}: was {a.standing.outcome}, is {new.outcome}: {reason(new.why, 120)}",
            indent=4,
        )
    if len(other) > _MOST:
        say(f"and {len(other) - _MOST} more; --json names all")
    for why, n in Counter(why for _, why in refused).most_common(_MOST):
        first = next(a.standing.cell_id for a, w in refused if w == why)
        cells = first if n == 1 else f"{plural(n, 'cell')}, such as {first}"
        say(f"not graded again: {cells}: {reason(why)}", indent=4)
    say(
        f"{plural(len(asked), 'cell')}: {len(done.done)} graded again, {len(other)} with another outcome; "
        f"{unchanged} unchanged, {len(refused)} not graded again"
    )


def _other(asked: Asked, done: Regraded) -> CellSummary | None:
    found = done.done.get(asked.standing.cell.key)
    return found[1] if found and found[1].outcome != asked.standing.outcome else None


def _print_json(asked: Sequence[Asked], done: Regraded) -> None:
    from .table import print_json

    print_json([_row(a, done) for a in asked])


def _row(asked: Asked, done: Regraded) -> dict[str, Any]:
    found, cell = done.done.get(asked.standing.cell.key), asked.standing.cell
    return {
        "cell_id": asked.standing.cell_id,
        "tui": cell.tui,
        "version": cell.tui_version,
        "model": cell.model,
        "task": cell.task,
        "attempt": cell.attempt,
        "was": asked.standing.outcome,
        "outcome": found[1].outcome if found else None,
        "directory": found[0] if found else None,
        "patch_of": str(asked.work.directory) if asked.work else None,
        "reasons": list(asked.reasons) if found else [],
        "unchanged": asked.unchanged,
        "why_not": None if asked.unchanged else _why_not(asked, done),
    }
