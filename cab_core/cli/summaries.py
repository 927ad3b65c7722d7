"""Configurations with their rate, interval and n, as a table and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from cab_core.records import CellResult, to_json
from cab_core.stats import (
    Configuration,
    Interval,
    Summary,
    configurations,
    distinct_names,
    one_of_each,
    summarise,
    verdict_of,
)

from .table import show, table
from .text import name_line, one_line


def summaries(results: Sequence[tuple[Path, CellResult]]) -> dict[Configuration, Summary]:
    """Return the summary of each configuration; a cell that several sweeps ran counts once."""
    groups = configurations(verdict_of(r) for _, r in one_of_each(results))
    return {config: summarise(verdicts) for config, verdicts in groups.items()}


def summary_rows(found: dict[Configuration, Summary]) -> list[dict[str, Any]]:
    """Return summaries as `cab results --summary --json` prints them."""
    return [
        {
            "tui": config.tui,
            "model": config.model,
            "stack": list(config.stack),
            "version": config.version,
            "runtime": config.runtime,
            "network": config.network,
            "options": json.loads(config.options),
            "model_params": json.loads(config.model_params),
            "rate": s.rate,
            "interval": to_json(s.interval) if s.interval else None,
            "n": s.n,
            "attempts": s.attempts,
            "solved": s.solved,
            "excluded": s.excluded,
            "voided": s.voided,
            "marks": list(s.marks),
            "tokens_per_solved": s.tokens_per_solved,
            "wall_ms": s.wall_ms,
            "blast_radius": s.blast_radius,
            "composite": s.composite,
        }
        for config, s in found.items()
    ]


def print_summaries(found: dict[Configuration, Summary]) -> None:
    """Print a table of configurations, each rate with its interval, n and what was left out."""
    from rich.text import Text

    names = {config: name_line(name) for config, name in distinct_names(found).items()}
    made = table(("CLI × model",), ("solved", "rate", "95% interval", "tasks", "cells", "left out"))
    for config, s in found.items():
        vain = f" (+{sum(s.voided.values())})" if s.voided else ""
        left_out = f"{sum(s.excluded.values())}{vain}"
        figures = (rate_text(s.rate), interval_text(s.interval), f"{s.n}", f"{s.attempts}", left_out)
        name = names[config] + (f" ({one_line(', '.join(s.marks))})" if s.marks else "")
        made.add_row(Text(name), f"{s.solved}", *figures)
    show(made)
    for config, s in found.items():
        if s.excluded:
            click.echo(f"Left out of {names[config]}: {s.why_excluded}")
        if s.voided:
            click.echo(f"Tried in vain before, {names[config]}: {s.why_voided}")


def rate_text(value: float | None, signed: bool = False) -> str:
    """Return a rate, or a difference of rates, in percent."""
    return "-" if value is None else f"{value * 100:{'+' if signed else ''}.1f}%"


def interval_text(interval: Interval | None, signed: bool = False) -> str:
    """Return an interval in percent, or a dash where it cannot be had."""
    if interval is None:
        return "no interval" if signed else "-"
    low, high = (rate_text(v, signed) for v in (interval.low, interval.high))
    return f"[{low}, {high}]"
