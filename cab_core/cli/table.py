"""Results as a table for people and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click

from cab_core.records import (
    OUTCOMES,
    Cell,
    CellSummary,
    Configuration,
    TokenTotals,
    axis_name,
    further_axes,
    to_json,
)
from cab_core.records.marks import legend
from cab_core.stats import distinctions

from .output import put
from .rows import print_table
from .text import name_line, say

_FIGURES = ("tokens", "wall s", "blast", "composite")


def as_row(result: CellSummary) -> dict[str, Any]:
    """Return one cell as `cab results --json` prints it; others build on these names."""
    return {
        "cell_id": result.cell_id,
        "tui": result.cell.tui,
        "model": result.cell.model,
        "task": result.cell.task,
        "stack": list(result.cell.stack),
        "version": result.cell.tui_version,
        "runtime": result.cell.runtime,
        "network": result.cell.network,
        "options": to_json(result.cell.options),
        "model_params": to_json(result.cell.model_params),
        "attempt": result.cell.attempt,
        "outcome": result.outcome,
        "why": result.why,
        "marks": list(result.all_marks),
        "scores": result.headlines,
        "units": {axis: unit for axis, unit in zip(result.axes, result.units, strict=True) if unit},
        "tokens": result.tokens.total,
        "tokens_at_least": result.tokens.at_least,
        "started_at": result.started_at,
        "content_key": result.content_key,
    }


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    put(json.dumps(value, indent=1))


def print_results(
    results: Sequence[tuple[object, CellSummary]], relative: Sequence[float | None] | None = None
) -> None:
    """Print a table of cells; a column of their marks where not all have the same.

    `relative`: the composite of each against the others, where a column is to show it.
    """
    further = distinctions(r.cell.configuration for _, r in results)
    sweeps = ("sweep",) if len({r.cell.sweep_id for _, r in results}) > 1 else ()
    marked = ("marks",) if len({r.all_marks for _, r in results}) > 1 else ()
    axes = further_axes(axis for _, r in results for axis in r.axes)
    compared = ("relative",) if relative is not None else ()
    units = {axis: unit for _, r in results for axis, unit in zip(r.axes, r.units, strict=True) if unit}
    named = [name_line(axis_name(axis, units.get(axis))) for axis in axes]
    rows = []
    for n, (_, result) in enumerate(results):
        cell = result.cell
        names = (cell.sweep_id,) * len(sweeps) + (cli_name(cell, further), cell.model, task_name(cell))
        marks = (", ".join(result.all_marks),) * len(marked)
        added = [axis_figure(result.headlines.get(axis)) for axis in axes]
        beside = () if relative is None else (_figure(relative[n]),)
        rows.append((*names, _outcome(result), *marks, *figures(result), *beside, *added))
    click.echo()
    print_table(rows, (*sweeps, "CLI", "model", "task"), ("outcome", *marked), (*_FIGURES, *compared, *named))
    click.echo()
    _print_marks([r.all_marks for _, r in results])


def _outcome(result: CellSummary) -> str:
    return result.outcome if OUTCOMES[result.outcome].counted else f"{result.outcome} (left out)"


def _print_marks(cells: Sequence[tuple[str, ...]]) -> None:
    """Say what the marks mean; and which they are, where all cells have the same and no column tells."""
    found = sorted({mark for marks in cells for mark in marks})
    if found and len(set(cells)) == 1:
        say(f"Each is marked: {', '.join(map(name_line, found))}.")
    for mark, says in legend(found).items():
        say(f"{mark}: {says}.")


def cli_name(cell: Cell, further: Mapping[Configuration, str]) -> str:
    """Return the CLI with its stack, and what tells it from others beside it (see `stats.distinctions`)."""
    stack = f" + {', '.join(cell.stack)}" if cell.stack else ""
    return f"{cell.tui}{stack} {further.get(cell.configuration, '')}".rstrip()


def task_name(cell: Cell) -> str:
    """Return the task, and which attempt at it where it is not the first."""
    return cell.task + (f" ~{cell.attempt}" if cell.attempt != 1 else "")


def figures(result: CellSummary) -> list[str]:
    """Return tokens, wall seconds, blast radius and composite as text; a dash is unknown, or left out."""
    heads, wall = result.headlines, result.headlines.get("latency")
    return [
        _tokens(result.tokens),
        "-" if wall is None else f"{wall / 1000:.1f}",
        _figure(heads.get("blast_radius")),
        _figure(heads.get("composite")),
    ]


def _tokens(found: TokenTotals) -> str:
    if found.total is not None:
        return f"{found.total:,}"
    return "not recorded" if found.at_least is None else f"at least {found.at_least:,}"


def axis_figure(value: float | None) -> str:
    """Return the headline of an axis that a plugin adds, of whatever size, with four digits at least."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
