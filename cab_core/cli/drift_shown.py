"""Versions of a CLI side by side, and the change among them, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import attrs

from cab_core.records import CellSummary, Configuration, to_json
from cab_core.stats import ESTIMANDS, Figure, Summary, probability, summarise, verdict_of
from cab_core.stats.change_point import Change, change_point
from cab_core.stats.comparison import Unit
from cab_core.stats.paired import FEWEST
from cab_core.stats.tally import Tally, settled
from cab_core.words import plural

from .rows import print_table
from .summaries import WEAK, interval_text, rate_text
from .table import axis_figure
from .text import name_line, reason, say

Versions = Mapping[str, Sequence[CellSummary]]
_FIGURES = ("usd_per_solved", "tokens_per_solved", "wall_ms")


@attrs.frozen(slots=False)
class _Drift:
    """The versions on the tasks that all of them have a verdict on."""

    cells: Versions

    @cached_property
    def tasks(self) -> dict[str, set[str]]:
        """The tasks of each version that have a verdict."""
        return {v: {c.cell.task for c in cells if c.solved is not None} for v, cells in self.cells.items()}

    @cached_property
    def common(self) -> set[str]:
        """The tasks that all versions have."""
        return set.intersection(*self.tasks.values()) if self.tasks else set()

    @cached_property
    def summaries(self) -> dict[str, Summary]:
        """The figures of each version on these."""
        return {
            version: summarise(verdict_of(c) for c in cells if c.cell.task in self.common)
            for version, cells in self.cells.items()
        }

    @cached_property
    def change(self) -> Change | None:
        """The change among them."""
        families = settled((c.cell.task, c.family) for cells in self.cells.values() for c in cells)
        versions: list[dict[Unit, Tally]] = [
            {(task,): tally for task, tally in s.by_task.items()} for s in self.summaries.values()
        ]
        return change_point(versions, families)


def values(config: Configuration, cells: Versions, order: str | None) -> dict[str, Any]:
    """Return it as `cab drift --json` prints it; `order`: why it is not the registry's."""
    found = _Drift(cells)
    names = list(cells)
    return {
        "tui": config.tui,
        "model": config.model,
        "stack": list(config.stack),
        "runtime": config.runtime,
        "network": config.network,
        "options": json.loads(config.options),
        "model_params": json.loads(config.model_params),
        "order": "registry" if order is None else "numbers",
        "tasks": len(found.common),
        "families": next((s.units for s in found.summaries.values()), 0),
        "versions": [_version(v, found.summaries[v], len(found.tasks[v])) for v in names],
        "change": _change(found.change, names),
    }


def _version(name: str, s: Summary, tasks: int) -> dict[str, Any]:
    return {
        "version": name,
        "tasks_of_its_own": tasks,
        "rate": s.rate,
        "interval": to_json(s.interval) if s.interval else None,
        "solved": s.solved,
        "attempts": s.attempts,
        "excluded": s.excluded,
        "figures": to_json({name: getattr(s, name) for name in _FIGURES}),
    }


def _change(found: Change | None, names: Sequence[str]) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "verdict": found.says,
        "from": names[found.at],
        "before": names[found.at - 1],
        "possible": [names[at] for at in found.possible],
        "difference": found.found.difference,
        "interval": to_json(found.found.interval) if found.found.interval else None,
        "p": float(found.p),
        "splits": found.splits,
    }


def print_drift(config: Configuration, cells: Versions, order: str | None) -> None:
    """Print a table of the versions, and the verdict."""
    found = _Drift(cells)
    say(f"\n{name_line(config.name)}\n")
    rows = [
        (
            v,
            rate_text(s.rate),
            interval_text(s.interval),
            f"{s.solved}/{s.attempts}",
            *map(_figure, _of(s)),
            _tasks(found, v),
        )
        for v, s in found.summaries.items()
    ]
    heads = ("rate", "95% interval", "solved", "USD/solved", "tokens/solved", "seconds", "tasks")
    print_table(rows, ("version",), (), heads)
    say("")
    if order is not None and len(cells) > 1:
        say(f"In the order of their numbers, since the registry's is not known: {reason(order)}")
    n = plural(len(found.common), "task")
    say(f"On the {n} that all versions have; a figure's 95% interval stands behind it. {ESTIMANDS['like']}")
    if any(s.interval and s.interval.weak for s in found.summaries.values()):
        say(WEAK)
    for version, s in found.summaries.items():
        if s.excluded:
            say(f"Left out of {name_line(version)}: {s.why_excluded}")
    _print_change(found, list(cells))


def _print_change(drift: _Drift, names: Sequence[str]) -> None:
    found = drift.change
    if len(names) < 2:
        say("There is one version: nothing to hold it against. `cab run --tui NAME@VERSION` runs another.")
        return
    if found is None:
        say("No task has a verdict in every version; --without VERSION leaves one out.")
        return
    p = probability(float(found.p))
    told = f"p {p if p.startswith('<') else f'= {p}'}, {plural(found.splits, 'split')} allowed for"
    if found.says == "undecided":
        units = found.found.families
        few = f" With fewer than {FEWEST} tasks or families no result could decide." if units < FEWEST else ""
        say(f"no change seen: undecided ({told}; n = {plural(len(drift.common), 'task')}).{few}")
        return
    difference = rate_text(found.found.difference, signed=True)
    between = interval_text(found.found.interval, signed=True)
    say(f"{found.says} from {name_line(names[found.at])} on: {difference} {between} against before ({told}).")
    say(_where(found, names))


def _where(found: Change, names: Sequence[str]) -> str:
    if not found.possible:
        return "No single change fits: there is more than one."
    first, last = (name_line(names[at]) for at in (found.possible[0], found.possible[-1]))
    if first == last:
        return f"The change came with {first}, at 95%."
    return f"The change came with one of {first} to {last}, at 95%."


def _of(s: Summary) -> list[Figure]:
    seconds = attrs.evolve(
        s.wall_ms,
        value=None if s.wall_ms.value is None else s.wall_ms.value / 1000,
        interval=s.wall_ms.interval
        and attrs.evolve(
            s.wall_ms.interval, low=s.wall_ms.interval.low / 1000, high=s.wall_ms.interval.high / 1000
        ),
    )
    return [s.usd_per_solved, s.tokens_per_solved, seconds]


def _figure(figure: Figure) -> str:
    between = figure.interval
    value = axis_figure(figure.value)
    return value if between is None else f"{value} [{axis_figure(between.low)}, {axis_figure(between.high)}]"


def _tasks(found: _Drift, version: str) -> str:
    own, n = len(found.tasks[version]), len(found.common)
    return str(n) if own == n else f"{n} of {own}"
