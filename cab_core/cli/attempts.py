"""pass@k and pass^k of configurations, for people and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cab_core.records import to_json
from cab_core.stats import Summary, distinct_names
from cab_core.stats.passk import AtK, OfAttempts, at_k

from .rows import print_table
from .summaries import WEAK, Summaries, interval_text, rate_text
from .text import name_line, say


def at_rows(found: Summary, ks: Sequence[int]) -> list[dict[str, Any]]:
    """Return the figures of k attempts, for each k, as `cab results --summary --at K --json` prints them."""
    return [to_json(_at(found, k)) for k in ks]


def print_at(found: Summaries, ks: Sequence[int]) -> None:
    """Print a row for each configuration and k."""
    names = {config: name_line(name) for config, name in distinct_names(found).items()}
    at = [(names[config], _at(s, k)) for config, s in found.items() for k in ks]
    say("\nOf k attempts at a task: pass@k, one solves it; pass^k, all do. For tasks like these.")
    rows = [(name, str(one.k), *_cells(one.pass_at), *_cells(one.pass_all), *_tasks(one)) for name, one in at]
    heads = ("k", "pass@k", "95% interval", "pass^k", "95% interval", "tasks", "left out")
    print_table(rows, ("CLI × model",), (), heads)
    if any(one.pass_at.left_out for _, one in at):
        say("Left out: tasks with fewer than k attempts that count (`cab run --attempts`).")
    figures = [figure for _, one in at for figure in (one.pass_at, one.pass_all)]
    if any(figure.interval and figure.interval.weak for figure in figures):
        say(WEAK)
    say("")


def _at(found: Summary, k: int) -> AtK:
    return at_k(found.by_task, found.families, k)


def _cells(figure: OfAttempts) -> tuple[str, str]:
    return rate_text(figure.value), interval_text(figure.interval)


def _tasks(one: AtK) -> tuple[str, str]:
    return str(one.pass_at.tasks), str(one.pass_at.left_out)
