"""What `cab check` prints of the cell that it ran."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from cab_core.probe.suggest import MEASURED_ROOM, SHORTEST_S, wall_after
from cab_core.records import OUTCOMES, CellSummary, ModelCall
from cab_core.store.reading import read_lines

from .session import Results
from .table import print_results
from .text import reason, say


def print_checked(results: Results, runs: Path | None) -> None:
    """Print the result, what it took, and what follows from that. `runs`: where it was kept, or None."""
    print_results(results)
    for path, result in results:
        say(f"{result.outcome}: {reason(result.why)}")
        say(_took(path, result))
        if runs is not None:
            click.echo(f"Cell: {path}")
    kept = "" if runs is not None else " Nothing was kept; --runs DIR keeps the cell, as `cab run` does."
    say(f"Provisional score - not for citation.{kept}")


def _took(path: str, result: CellSummary) -> str:
    """Say what the cell took, and what follows from it: that is measured, where the probe assumes."""
    calls = sum(1 for _ in read_lines(Path(path, "calls.jsonl"), ModelCall, sys.maxsize))
    tokens = "unknown tokens" if result.tokens.total is None else f"{result.tokens.total:,} tokens"
    seconds = "an unknown time" if result.wall_ms is None else f"{result.wall_ms / 1000:.1f} s"
    said = f"The agent took {seconds}, {calls} call{'' if calls == 1 else 's'}, {tokens}"
    if result.wall_ms is None or not OUTCOMES[result.outcome].counted or result.outcome.startswith("limit"):
        return f"{said}."
    wall = f"{MEASURED_ROOM:g} times as long, in whole minutes and at least {SHORTEST_S:g}"
    return f"{said}. By this --wall {wall_after(result.wall_ms):g} would do: {wall}."
