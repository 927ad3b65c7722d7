"""`cab calibrate`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import click

from cab_core.gateway.models import EndpointChoice
from cab_core.plugins.registry import Plugins
from cab_core.records import CellResult
from cab_core.store.cells import Store
from cab_core.sweep.calibration import EVERYWHERE, OTHERS, Finding, findings
from cab_core.sweep.calibration_limits import FLOOR_S, ROOM, WallLimit, limits_by_oracle
from cab_core.sweep.calibration_plan import first_sweep, plan_others, tasks_of_others
from cab_core.sweep.calibration_record import keep_record, record_path
from cab_core.sweep.lock_file import write_lock_file
from cab_core.sweep.plan import Plan

from . import options
from .ending import end_interrupted
from .group import pass_plugins
from .progress import Progress
from .rows import print_table
from .session import Make, Results, run_planned
from .table import print_json
from .text import one_line, say


@click.command
@click.option("--tui", required=True, metavar="NAME[@VERSION]", help="the CLI")
@click.option("--task", "tasks", multiple=True, default=("*",), metavar="PATTERN", help="tasks  [all]")
@click.option("--full", is_flag=True, help="every scripted model on every task")
@click.option("--runtime", default="local", show_default=True, help="where the agent runs")
@click.option(
    "--wall", type=click.FloatRange(min=1),
    help="seconds for the scripted models that misbehave  "
    f"[{ROOM:g} x what the oracle took on that task, at least {FLOOR_S:g}]",
)  # fmt: skip
@click.option("-j", "width", type=click.IntRange(min=1), default=1, show_default=True, help="cells at once")
@options.runs
@options.pack
@options.as_json
@pass_plugins
def command(plugins: Plugins, /, **said: Any) -> int:
    """Run scripted models whose figures are known, and hold every axis against what it must say.

    oracle and null run on every task; those that misbehave (vandal, cheat, refuser, hang, error,
    flood) on one task of each pack. Exit 1 where a figure is wrong.
    """
    runs, quiet = said["runs"], said["as_json"]
    sweep = first_sweep(said["tui"], said["tasks"], said["runtime"])
    shown, cells = Progress(quiet), Results()
    plan = _run(lambda make: make(sweep), plugins, said, shown, cells)
    store = Store(runs)
    first = [store.result(path) for path, _ in cells]
    limits = _limits(tasks_of_others(plan, said["full"]), first, said["wall"])
    if not quiet and said["wall"] is None:
        for task, limit in limits.items():
            say(f"wall limit of the others on {task}: {limit}", err=True)
    rest = _run(lambda make: plan_others(make, sweep, limits), plugins, said, shown, cells)
    plan = attrs.evolve(plan, cells=[*plan.cells, *rest.cells])
    write_lock_file(plan, runs)
    results = [store.result(path) for path, _ in cells]
    held = findings(results)
    right = len(cells) == len(plan.cells) and all(f.right or f.unable for f in held)
    unable = {f.cell.task.id for f in held if f.unable}
    keep_record(runs, plan.cells, [c for c in results if c.task.id not in unable], right)
    cell = plan.cells[0].cell
    record = str(record_path(runs, cell.tui, cell.tui_version, cell.runtime)) if right else None
    if quiet:
        print_json(
            {
                "right": right,
                "cells": len(cells),
                "record": record,
                "limits": {task: attrs.asdict(limit) for task, limit in limits.items()},
                "findings": [_row(f) for f in held],
            }
        )
    else:
        _print(held, len(cells), record)
    return 0 if right else 1


def _run(
    planner: Callable[[Make], Plan], plugins: Plugins, said: dict[str, Any], shown: Progress, cells: Results
) -> Plan:
    """Run what is planned, add its results to `cells`, and return the plan."""
    ended = run_planned(
        planner, plugins, EndpointChoice(), said["runs"], said["packs"], said["width"],
        fresh=True, shown=shown,
    )  # fmt: skip
    cells += ended.results
    if ended.interrupted:
        end_interrupted(cells, shown.tally, said["as_json"])
    return ended.plan


def _limits(tasks: list[str], first: list[CellResult], wall: float | None) -> dict[str, WallLimit]:
    found = limits_by_oracle(tasks, first)
    return found if wall is None else {t: attrs.evolve(limit, wall_s=wall) for t, limit in found.items()}


def _row(finding: Finding) -> dict[str, Any]:
    rule = finding.rule
    return {
        "persona": rule.persona,
        "axis": rule.axis,
        "figure": rule.figure,
        "must": rule.must,
        "value": rule.value,
        "task": finding.cell.task.id,
        "cell_id": finding.cell.cell_id,
        "found": finding.found,
        "right": finding.right,
        "unwritten": finding.cell.unwritten,
    }


def _print(held: list[Finding], cells: int, record: str | None) -> None:
    axes = list(dict.fromkeys(f.rule.axis for f in held))
    rows = []
    for persona in (*EVERYWHERE, *OTHERS):
        by_axis = [[f for f in held if (f.rule.persona, f.rule.axis) == (persona, a)] for a in axes]
        rows.append((persona, *map(_mark, by_axis)))
    click.echo()
    print_table(rows, ("scripted model",), numbers=axes)
    click.echo()
    for cell in {f.cell.content_key: f.cell for f in held if f.unable}.values():
        told = (
            f"{cell.cell.model} x {cell.task.id}: {'; '.join(f'{p}: {w}' for p, w in cell.unwritten.items())}"
        )
        say(f"cannot be said of this CLI: {one_line(told, 300)}")
    held = [f for f in held if not f.unable]
    wrong = [f for f in held if not f.right]
    for f in wrong:
        told = f"{f.cell.cell.model} x {f.cell.task.id}: {f.rule}, but is {f.found!r} ({f.cell.why})"
        say(f"wrong: {one_line(told, 300)}", indent=len("wrong: "))
    say(f"{len(held) - len(wrong)} of {len(held)} figures of {cells} cells are as they must be.")
    if record:
        say(f"Record: {record}")


def _mark(held: list[Finding]) -> str:
    """Return what was found of an axis's first figure; a dash where nothing is known beforehand."""
    if not held:
        return "-"
    found = [f.found for f in held if f.rule.figure == held[0].rule.figure]
    wrong = sum(not f.right and not f.unable for f in held)
    return _span(found) + (f", {wrong} WRONG" if wrong else "")


def _span(found: list[Any]) -> str:
    if all(isinstance(v, int | float) and not isinstance(v, bool) for v in found):
        low, high = (_number(v) for v in (min(found), max(found)))
        return low if low == high else f"{low} to {high}"
    return ", ".join(sorted({"none" if v is None else one_line(str(v), 40) for v in found}))


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}".rstrip("0").rstrip(".")
