"""Results as a table for people and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from cab_core.records import CellResult

from .text import one_line


def as_row(result: CellResult) -> dict[str, Any]:
    """Return one cell as `cab results --json` prints it; others build on these names."""
    return {
        "cell_id": result.cell_id,
        "tui": result.cell.tui,
        "model": result.cell.model,
        "task": result.cell.task,
        "stack": list(result.cell.stack),
        "attempt": result.cell.attempt,
        "outcome": result.outcome,
        "why": result.why,
        "marks": list(result.marks),
        "scores": {axis: score.headline for axis, score in result.scores.items()},
    }


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    click.echo(json.dumps(value, indent=1))


def print_results(results: Sequence[tuple[Path, CellResult]]) -> None:
    """Print a table of cells."""
    from rich.text import Text

    made = table(("CLI", "model", "task", "outcome"), ("tokens", "wall s", "blast", "composite"))
    for _, result in results:
        cell = result.cell
        names = (cell.tui, cell.model, cell.task + (f" ~{cell.attempt}" if cell.attempt != 1 else ""))
        made.add_row(*(Text(one_line(n, 80)) for n in names), Text(result.outcome), *figures(result))
    show(made)
    marks = sorted({m for _, r in results for m in r.marks})
    if marks:
        click.echo(f"Marked: {', '.join(one_line(m, 40) for m in marks)}. {_explain(marks)}")
    elif results and all(r.citable for _, r in results):
        click.echo("Nothing is marked: these ran sealed, and can be cited.")


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
    tokens = result.tokens.total
    return [
        "not recorded" if tokens is None else f"{tokens:,}",
        "-" if wall is None else f"{wall / 1000:.1f}",
        _figure(_headline(result, "blast_radius")),
        _figure(_headline(result, "composite")),
    ]


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
