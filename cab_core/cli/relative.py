"""The composite of cells against the others of their sweep, for people and for programs."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import Any

from cab_core.records import CellSummary, to_json
from cab_core.stats import Configuration, Figure, distinct_names, one_of_each
from cab_core.stats.figures import Reading, mean_figure
from cab_core.stats.relative import Composite, relative
from cab_core.store.cells import Store

from .rows import print_table
from .summaries import Summaries
from .text import name_line, say

Results = Sequence[tuple[Path, CellSummary]]


def relative_of(results: Results) -> list[float | None]:
    """Return the relative composite of each cell; None where it is unknown."""
    return relative([_composite(path, cell) for path, cell in results])


def relative_rows(
    results: Results, values: Sequence[float | None], found: Summaries
) -> list[dict[str, Any] | None]:
    """Return the mean of each configuration, with its interval and how much is known."""
    figures = _figures(results, values, found)
    return [to_json(figure) if figure is not None else None for figure in figures.values()]


def print_relative(results: Results, values: Sequence[float | None], found: Summaries) -> None:
    """Print the mean of each configuration."""
    names = {config: name_line(name) for config, name in distinct_names(found).items()}
    say(
        "\nThe composite against the other cells of the sweep at the same task "
        "(1: solved, cheapest, quickest):"
    )
    rows = [(names[config], *_cells(figure)) for config, figure in _figures(results, values, found).items()]
    print_table(rows, ("CLI × model",), (), ("relative", "95% interval", "known"))
    say("It depends on who else ran, and is not to be held against that of another sweep.\n")


def _composite(path: Path, cell: CellSummary) -> Composite | None:
    if cell.solved is None:
        return None
    score = Store(path).result(path).scores.get("composite")
    group: Hashable = (cell.cell.sweep_id, cell.cell.task, cell.scripted)
    return None if score is None else Composite.of(group, score.values)


def _figures(
    results: Results, values: Sequence[float | None], found: Summaries
) -> dict[Configuration, Figure | None]:
    """Return the mean over tasks of each configuration, of the cells that its summary counts."""
    readings: dict[Configuration, list[Reading]] = {config: [] for config in found}
    beside = zip(values, (cell for _, cell in results), strict=True)
    for value, cell in one_of_each(beside):
        if cell.solved is not None:
            config = cell.cell.configuration
            family = found[config].families[cell.cell.task]
            readings[config].append(Reading(cell.cell.task, family, cell.solved, value))
    return {config: mean_figure(cells) if cells else None for config, cells in readings.items()}


def _cells(figure: Figure | None) -> tuple[str, str, str]:
    if figure is None:
        return "-", "-", "-"
    value, between = figure.value, figure.interval
    return (
        "-" if value is None else f"{value:.3f}",
        "-" if between is None else f"[{between.low:.3f}, {between.high:.3f}]",
        f"{figure.known}/{figure.cells}",
    )
