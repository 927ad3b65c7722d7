"""Configurations with their rank, rate, interval and n, as a table and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from cab_core.records import CellSummary, to_json
from cab_core.stats import (
    ESTIMANDS,
    FIGURES,
    Configuration,
    Interval,
    On,
    Ranking,
    Summary,
    configurations,
    distinct_names,
    one_of_each,
    percent,
    rankings,
    summarise,
    verdict_of,
)
from cab_core.words import plural

from .rows import print_table
from .text import name_line, say

Summaries = Mapping[Configuration, Summary]

_COLUMNS = ("rate", "95% interval", "solved", "tasks", "left out")
WEAK = "* of 3 tasks or families at most: it covers the truth less often than 95%."


def summaries(results: Sequence[tuple[object, CellSummary]], on: On) -> dict[Configuration, Summary]:
    """Return the summary of each configuration; a cell that several sweeps ran counts once."""
    groups = configurations(verdict_of(r) for _, r in one_of_each(results))
    return {config: summarise(verdicts, on) for config, verdicts in groups.items()}


def summary_rows(found: Summaries) -> list[dict[str, Any]]:
    """Return summaries as `cab results --summary --json` prints them, in the order of their names.

    `rank` is among those with verdicts on the same tasks; `figures` has of each figure its value, interval,
    and in how many of the cells it is known.
    """
    ranks = {config: rank for ranking in _rankings(found) for config, rank in ranking.ranks.items()}
    return [{**_named(config), "rank": ranks.get(config), **_figures(s)} for config, s in found.items()]


def _named(config: Configuration) -> dict[str, Any]:
    return {
        "tui": config.tui,
        "model": config.model,
        "stack": list(config.stack),
        "version": config.version,
        "runtime": config.runtime,
        "network": config.network,
        "options": json.loads(config.options),
        "model_params": json.loads(config.model_params),
    }


def _figures(s: Summary) -> dict[str, Any]:
    figures = {name: getattr(s, name) for name in FIGURES}
    return {
        "on": s.on,
        "rate": s.rate,
        "interval": to_json(s.interval) if s.interval else None,
        "n": s.n,
        "families": s.units,
        "attempts": s.attempts,
        "solved": s.solved,
        "excluded": s.excluded,
        "voided": s.voided,
        "marks": list(s.marks),
        **{name: figure.value for name, figure in figures.items()},
        "figures": to_json(figures),
    }


def print_summaries(found: Summaries) -> None:
    """Print a table for each set of tasks that configurations have verdicts on, the best first."""
    if not found:
        return
    names = {config: name_line(name) for config, name in distinct_names(found).items()}
    ranked = _rankings(found)
    others = [c for c in found if not any(c in ranking.ranks for ranking in ranked)]
    for ranking in ranked:
        same = "task" if ranking.tasks == 1 else plural(ranking.tasks, "task")
        say(f"\nOn the same {same}:" if len(ranked) > 1 or others else "")
        _print_table(found, names, ranking.ranks)
    if others:
        why = "Not ranked, since rates on other tasks do not compare, nor those of scripted models:"
        say(f"\n{why}" if len(found) > 1 else "")
        _print_table(found, names, dict.fromkeys(others))
    say("")
    _print_notes(found, names, ranked)


def _rankings(found: Summaries) -> list[Ranking]:
    """Return the rankings of more than one line; scripted models are in none."""
    models = {config: s for config, s in found.items() if not s.scripted}
    return [ranking for ranking in rankings(models) if ranking.comparisons]


def _print_table(
    found: Summaries, names: Mapping[Configuration, str], ranks: Mapping[Configuration, Any]
) -> None:
    ranked = any(rank is not None for rank in ranks.values())
    rows = []
    for config, rank in ranks.items():
        s = found[config]
        vain = f" (+{sum(s.voided.values())})" if s.voided else ""
        rated = (rate_text(s.rate), interval_text(s.interval))
        counts = (f"{s.solved}/{s.attempts}", _tasks(s), f"{sum(s.excluded.values())}{vain}")
        name = names[config] + (f" ({', '.join(s.marks)})" if s.marks else "")
        rows.append((name, *(str(rank),) * ranked, *rated, *counts))
    print_table(rows, ("CLI × model",), numbers=("rank",) * ranked + _COLUMNS)


def _tasks(s: Summary) -> str:
    """Return the number of tasks, and of families where some are related."""
    return f"{s.n}" if s.units == s.n else f"{s.n} in {s.units} {'family' if s.units == 1 else 'families'}"


def _print_notes(found: Summaries, names: Mapping[Configuration, str], ranked: Sequence[Ranking]) -> None:
    """Say what the figures are for, what a rank says, and what was left out."""
    say(ESTIMANDS[next(iter(found.values())).on])
    if ranked:
        _print_ranks(ranked)
    if any(s.interval and s.interval.weak for s in found.values()):
        say(WEAK)
    for config, s in found.items():
        if s.excluded:
            say(f"Left out of {names[config]}: {s.why_excluded}")
        if s.voided:
            say(f"Tried in vain before, {names[config]}: {s.why_voided}")


def _print_ranks(ranked: Sequence[Ranking]) -> None:
    pairs = sum(ranking.comparisons for ranking in ranked)
    if any(set(ranking.ranks.values()) != {None} for ranking in ranked):
        allowed = f" once all {pairs} comparisons are allowed for" if pairs > 1 else ""
        say(
            f"Rank 1: the highest rate, and all that cannot be told from it{allowed}; rank 2: the best "
            "of the others, and so on. A line does worse than the first of each rank before its own; that "
            "this is wrong anywhere has a chance of 5% at most. Lines of one rank may still differ. "
            "`cab compare` tests one pair alone, and may say more."
        )
    for ranking in ranked:
        if set(ranking.ranks.values()) == {None}:
            say(
                f"No rank: with {_units(ranking)} and {pairs} comparison{'s' * (pairs > 1)} "
                f"no result could tell any two lines apart; at least {ranking.needed} are needed."
            )


def _units(ranking: Ranking) -> str:
    n = ranking.families
    if n == ranking.tasks:
        return f"{n} task{'s' * (n > 1)}"
    return f"{n} {'family' if n == 1 else 'families'} of tasks"


def rate_text(value: float | None, signed: bool = False) -> str:
    """Return a rate, or a difference of rates, in percent."""
    return "-" if value is None else percent(value, signed=signed)


def interval_text(interval: Interval | None, signed: bool = False) -> str:
    """Return an interval in percent, with a star where it is weak; a dash where it cannot be had."""
    if interval is None:
        return "-"
    low, high = (rate_text(v, signed) for v in (interval.low, interval.high))
    return f"[{low}, {high}]{'*' if interval.weak else ''}"
