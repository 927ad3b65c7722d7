"""Results as a table for people and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from cab_core.records import Cell, CellResult, Configuration, TokenTotals, to_json
from cab_core.stats import distinctions

from .text import name_line, one_line


def as_row(result: CellResult) -> dict[str, Any]:
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
        "marks": list(result.marks),
        "scores": {axis: score.headline for axis, score in result.scores.items()},
        "started_at": result.started_at,
        "content_key": result.content_key,
    }


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    click.echo(json.dumps(value, indent=1))


def print_results(results: Sequence[tuple[Path, CellResult]]) -> None:
    """Print a table of cells."""
    from rich.text import Text

    further = distinctions(r.cell.configuration for _, r in results)
    sweeps = ("sweep",) if len({r.cell.sweep_id for _, r in results}) > 1 else ()
    made = table((*sweeps, "CLI", "model", "task", "outcome"), ("tokens", "wall s", "blast", "composite"))
    for _, result in results:
        cell = result.cell
        names = (cell.sweep_id,) * len(sweeps) + (cli_name(cell, further), cell.model, task_name(cell))
        made.add_row(*(Text(name_line(n)) for n in names), Text(result.outcome), *figures(result))
    show(made)
    marks = sorted({m for _, r in results for m in r.marks})
    if marks:
        click.echo(f"Marked: {', '.join(one_line(m, 40) for m in marks)}. {_explain(marks)}")
    elif results and all(r.citable for _, r in results):
        click.echo("Nothing is marked: these ran sealed, and can be cited.")


def cli_name(cell: Cell, further: Mapping[Configuration, str]) -> str:
    """Return the CLI with its stack, and what tells it from others beside it (see `stats.distinctions`)."""
    stack = f" + {', '.join(cell.stack)}" if cell.stack else ""
    return f"{cell.tui}{stack} {further.get(cell.configuration, '')}".rstrip()


def task_name(cell: Cell) -> str:
    """Return the task, and which attempt at it where it is not the first."""
    return cell.task + (f" ~{cell.attempt}" if cell.attempt != 1 else "")


def table(texts: Sequence[str], numbers: Sequence[str]) -> Any:
    """Return an empty table with text columns and columns of figures."""
    from rich import box
    from rich.table import Table

    made = Table(box=box.SIMPLE_HEAD)
    for column in texts:
        made.add_column(column, overflow="fold")
    for column in numbers:
        made.add_column(column, justify="right")
    return made


def show(made: Any) -> None:
    """Print a table."""
    from rich.console import Console

    console = Console()
    if not console.is_terminal:
        console.width = max(console.width, 130)  # a pipe has no width to fit
    console.print(made)


def figures(result: CellResult) -> list[str]:
    """Return tokens, wall seconds, blast radius and composite as text; a dash is unknown."""
    wall = _headline(result, "latency")
    return [
        _tokens(result.tokens),
        "-" if wall is None else f"{wall / 1000:.1f}",
        _figure(_headline(result, "blast_radius")),
        _figure(_headline(result, "composite")),
    ]


def _tokens(totals: TokenTotals) -> str:
    if totals.total is not None:
        return f"{totals.total:,}"
    return "not recorded" if totals.at_least is None else f"at least {totals.at_least:,}"


def _headline(result: CellResult, axis: str) -> float | None:
    return result.scores[axis].headline if axis in result.scores else None


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _explain(marks: Sequence[str]) -> str:
    says = {
        "scripted": "A scripted model proves the harness, it says nothing about a CLI or a model.",
        "provisional": "Provisional results are not for citation: they did not run sealed in Docker.",
    }
    return " ".join(says[m] for m in marks if m in says)
