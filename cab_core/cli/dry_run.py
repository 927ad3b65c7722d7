"""What `cab run --dry-run` prints: what would be done, why, and what it would take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import click

from cab_core.stats import distinctions
from cab_core.sweep.forecast import FIGURES, Basis, Spread, Total
from cab_core.sweep.preview import TO_RUN, Preview
from cab_core.sweep.states import STATES
from cab_core.words import plural

from .rows import print_table
from .screen import duration
from .table import cli_name, print_json, task_name
from .text import say

if TYPE_CHECKING:
    from cab_core.records import Cell

_ROWS = 40  # cells that are shown one by one
_MOST = 20  # reasons, and tasks that are left out, that are told


def print_preview(found: Preview) -> None:
    """Print a row for each cell or, of many, for each configuration and state; reasons; the estimate."""
    further = distinctions(p.cell.configuration for p in found.plan.cells)
    if len(found.states) <= _ROWS:
        rows = [(s.name, cli_name(p.cell, further), p.cell.model, task_name(p.cell)) for p, s in found.cells]
        print_table(rows, ("state", "CLI", "model", "task"))
    else:
        counted = Counter((s.name, p.cell.configuration) for p, s in found.cells)
        first = {p.cell.configuration: p.cell for p in reversed(found.plan.cells)}
        grouped = [
            (s, cli_name(first[c], further), first[c].model, f"{n:,}") for (s, c), n in counted.items()
        ]
        print_table(grouped, ("state", "CLI", "model"), (), ("cells",))
    click.echo()
    _print_states(found)
    _print_left_out(found)
    _print_forecast(found, further)
    say("Nothing was run, and nothing written.")


def _print_states(found: Preview) -> None:
    counted = Counter(s.name for s in found.states)
    said = ", ".join(f"{counted[name]:,} {name}" for name in STATES if counted[name])
    say(f"{plural(len(found.states), 'cell')}: {said or 'none'}.")
    for name, says in STATES.items():
        if counted[name]:
            say(f"{name}: {says}.", indent=2)
            _print_reasons(Counter(s.reasons[:3] for s in found.states if s.name == name and s.reasons))


def _print_reasons(found: Counter[tuple[str, ...]]) -> None:
    for reasons, n in found.most_common(_MOST):
        say(f"  {n:,}: {'; '.join(reasons)}", indent=4)
    if rest := found.total() - sum(n for _, n in found.most_common(_MOST)):
        say(f"  {rest:,}: for other reasons", indent=4)


def _print_left_out(found: Preview) -> None:
    left = found.plan.skipped
    for task, why in list(left.items())[:_MOST]:
        say(f"Left out: {task}: {why}", indent=2)
    if len(left) > _MOST:
        say(f"Left out: {plural(len(left) - _MOST, 'task')} more; --json names all")


def _print_forecast(found: Preview, further: Any) -> None:
    bases = found.forecast.bases
    if not bases:
        say("No model is called.")
        return
    n, totals = sum(b.cells for b in bases), dict(_totals(found))
    click.echo()
    if not any(total.spread for total in totals.values()):
        say(f"What it takes to run {plural(n, 'cell')} is unknown:")
        totals = {}
    else:
        say(
            f"To run {plural(n, 'cell')}, by what earlier cells took: the median, and the half in the middle:"
        )
    for name, total in totals.items():
        say(f"  {name}: {_told(name, total)}", indent=4)
    for b in bases[:_MOST]:
        say(f"  {_rests(b, further)}", indent=4)
    if len(bases) > _MOST:
        say(f"  and {len(bases) - _MOST} configurations more; --json has all")


def _totals(found: Preview) -> Iterator[tuple[str, Total]]:
    yield from ((name, found.forecast.total(name)) for name in FIGURES if name != "seconds")
    yield "time", found.forecast.wall


def _told(name: str, total: Total) -> str:
    if total.spread is None:
        return "unknown"
    show = _SHOWN[name]
    said = f"{show(total.spread.median)} ({show(total.spread.low)} to {show(total.spread.high)})"
    return said + (f", and of {plural(total.unknown, 'cell')} nothing is known" if total.unknown else "")


_SHOWN: dict[str, Callable[[float], str]] = {
    "calls": lambda v: f"{v:,.0f}",
    "tokens": lambda v: f"{v:,.0f}",
    "usd": lambda v: f"${v:,.2f}",
    "time": duration,
}


def _rests(basis: Basis, further: Any) -> str:
    config = basis.configuration
    stack = f" + {', '.join(config.stack)}" if config.stack else ""
    name = f"{config.tui}{stack} {further.get(config, '')}".rstrip()
    said = f"{plural(basis.cells, 'cell')} of {name} x {config.model}: "
    n = max((s.n for s in basis.figures.values() if s), default=0)
    if basis.level is None:
        return f"{said}there is no earlier cell"
    of = "this configuration" if basis.level == "configuration" else "this CLI and model, set up otherwise"
    return f"{said}by {plural(n, 'cell')} of {of}"


def print_preview_json(found: Preview) -> None:
    """Print all of it for programs."""
    counted = Counter(s.name for s in found.states)
    print_json(
        {
            "sweep_id": found.plan.sweep.sweep_id,
            "cells": [
                {**_names(p.cell), "state": s.name, "reasons": list(s.reasons), "directory": s.directory}
                for p, s in found.cells
            ],
            "states": {name: counted[name] for name in STATES},
            "left_out": found.plan.skipped,
            "to_run": sum(s.name in TO_RUN for s in found.states),
            "width": found.forecast.width,
            "estimate": {name: _total(total) for name, total in _totals(found)},
            "rests_on": [_basis(b) for b in found.forecast.bases],
        }
    )


def _names(cell: Cell) -> dict[str, Any]:
    return {
        "cell_id": cell.cell_id,
        "tui": cell.tui,
        "version": cell.tui_version,
        "model": cell.model,
        "task": cell.task,
        "stack": list(cell.stack),
        "runtime": cell.runtime,
        "attempt": cell.attempt,
    }


def _total(total: Total) -> dict[str, Any]:
    return {**_spread(total.spread), "unknown_cells": total.unknown}


def _spread(spread: Spread | None) -> dict[str, Any]:
    names = ("median", "low", "high", "n")
    return {name: getattr(spread, name) if spread else None for name in names}


def _basis(basis: Basis) -> dict[str, Any]:
    config = basis.configuration
    return {
        "tui": config.tui,
        "version": config.version,
        "model": config.model,
        "stack": list(config.stack),
        "runtime": config.runtime,
        "cells": basis.cells,
        "by": basis.level,
        "a_cell": {name: _spread(basis.figures[name]) for name in FIGURES},
    }
