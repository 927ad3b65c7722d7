"""`cab calibrate`."""

from __future__ import annotations

from typing import Any

import attrs
import click

from cab_core.gateway.models import EndpointChoice
from cab_core.plugins.registry import Plugins
from cab_core.records import Limits, Sweep, Task
from cab_core.sweep.calibration import EVERYWHERE, OTHERS, WALL_S, Finding, findings
from cab_core.sweep.calibration_record import keep_record, record_path
from cab_core.sweep.plan import Plan

from . import options
from .progress import Progress
from .session import Make, run_planned
from .table import print_json, show, table
from .text import one_line

SWEEP_ID = "calibration-{}"  # of a CLI, so that two can be calibrated at a time


@click.command
@click.option("--tui", required=True, metavar="NAME[@VERSION]", help="the CLI")
@click.option("--task", "tasks", multiple=True, default=("*",), metavar="PATTERN", help="tasks  [all]")
@click.option("--full", is_flag=True, help="every scripted model on every task")
@click.option("--runtime", default="local", show_default=True, help="where the agent runs")
@click.option("--wall", type=click.FloatRange(min=1), default=WALL_S, show_default=True,
              help="seconds for the scripted models that misbehave")  # fmt: skip
@click.option("-j", "width", type=click.IntRange(min=1), default=1, show_default=True, help="cells at once")
@options.runs
@options.pack
@options.as_json
@click.pass_obj
def command(plugins: Plugins, /, **said: Any) -> int:
    """Run scripted models whose figures are known, and hold every axis against what it must say.

    oracle and null run on every task; those that misbehave (vandal, cheat, refuser, hang, error,
    flood) on one task of each pack. Exit 1 where a figure is wrong.
    """
    runs, quiet = said["runs"], said["as_json"]
    ended = run_planned(
        lambda make: _plan(make, said), plugins, EndpointChoice(), runs, said["packs"], said["width"],
        fresh=True, shown=Progress(quiet),
    )  # fmt: skip
    if ended.interrupted:
        raise KeyboardInterrupt
    plan, cells = ended.plan, [r for _, r in ended.results]
    held = findings(cells)
    right = len(cells) == len(plan.cells) and all(f.right or f.unable for f in held)
    unable = {f.cell.task.id for f in held if f.unable}
    keep_record(runs, plan.cells, [c for c in cells if c.task.id not in unable], right)
    cell = plan.cells[0].cell
    record = str(record_path(runs, cell.tui, cell.tui_version, cell.runtime)) if right else None
    if quiet:
        print_json(
            {"right": right, "cells": len(cells), "record": record, "findings": [_row(f) for f in held]}
        )
    else:
        _print(held, len(cells), record)
    return 0 if right else 1


def _plan(make: Make, said: dict[str, Any]) -> Plan:
    """Two sweeps as one plan: the second on a task of each pack, with a short wall limit.

    Of a pack that has tasks to refuse, one of those: a refuser and a cheat show most on them.
    """
    sweep = Sweep(
        sweep_id=SWEEP_ID.format(said["tui"].partition("@")[0]),
        tuis=(said["tui"],),
        models=_ids(EVERYWHERE),
        tasks=said["tasks"],
        runtime=said["runtime"],
    )
    plan = make(sweep)
    tasks = [o.task.task for o in sorted(plan.cells, key=lambda o: not _refuse(o.task.task))]
    chosen: dict[str, str] = {}
    for task in tasks:
        chosen.setdefault(task.id if said["full"] else task.pack, task.id)
    limits = Limits(wall_s=said["wall"])
    rest = make(attrs.evolve(sweep, models=_ids(OTHERS), tasks=tuple(chosen.values()), limits=limits))
    return attrs.evolve(plan, cells=[*plan.cells, *rest.cells])


def _refuse(task: Task) -> bool:
    return task.doc.refusal is not None and task.doc.refusal.expected


def _ids(personas: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"scripted:{p}" for p in personas)


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
    made = table(("scripted model",), axes)
    for persona in (*EVERYWHERE, *OTHERS):
        rows = [[f for f in held if (f.rule.persona, f.rule.axis) == (persona, a)] for a in axes]
        made.add_row(persona, *map(_mark, rows))
    show(made)
    for cell in {f.cell.content_key: f.cell for f in held if f.unable}.values():
        told = (
            f"{cell.cell.model} x {cell.task.id}: {'; '.join(f'{p}: {w}' for p, w in cell.unwritten.items())}"
        )
        click.echo(f"cannot be said of this CLI: {one_line(told, 300)}")
    held = [f for f in held if not f.unable]
    wrong = [f for f in held if not f.right]
    for f in wrong:
        told = f"{f.cell.cell.model} x {f.cell.task.id}: {f.rule}, but is {f.found!r} ({f.cell.why})"
        click.echo(f"wrong: {one_line(told, 300)}")
    click.echo(f"{len(held) - len(wrong)} of {len(held)} figures of {cells} cells are as they must be.")
    if record:
        click.echo(f"Record: {record}")


def _mark(held: list[Finding]) -> Any:
    """Return what was found of an axis's first figure; a dash where nothing is known beforehand."""
    from rich.text import Text

    if not held:
        return Text("-")
    found = [f.found for f in held if f.rule.figure == held[0].rule.figure]
    wrong = sum(not f.right and not f.unable for f in held)
    shown = _span(found)
    return Text(f"{shown}  {wrong} WRONG", style="bold red") if wrong else Text(shown, style="green")


def _span(found: list[Any]) -> str:
    if all(isinstance(v, int | float) and not isinstance(v, bool) for v in found):
        low, high = (_number(v) for v in (min(found), max(found)))
        return low if low == high else f"{low} to {high}"
    return ", ".join(sorted({"none" if v is None else one_line(str(v), 40) for v in found}))


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}".rstrip("0").rstrip(".")
