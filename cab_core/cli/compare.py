"""`cab compare`."""

from __future__ import annotations

import fnmatch
from math import comb
from pathlib import Path

import click

from cab_core.distance import nearest_name
from cab_core.errors import UserError
from cab_core.stats import On, Selector, Sides, one_of_each

from . import options, standing
from .comparison import print_comparison
from .comparison_json import as_json_values
from .stack_effects import print_stack_effects, stack_effects
from .table import print_json


@click.command
@click.argument("a")
@click.argument("b")
@click.option("--task", "task", metavar="PATTERN", default="*", help="only these tasks")
@options.on
@options.runs
@standing.option
@options.as_json
def command(a: str, b: str, task: str, on: On, runs: Path, scripted: bool, as_json: bool) -> int:
    """Does A really do better than B? Compare them on the tasks that both have.

    A and B say which cells are meant: KEY=PATTERN, several joined by commas, with the keys tui, model,
    stack (`none` for the bare CLI), version, runtime, network, sweep, and option.NAME and param.NAME
    (`none` where it is not set). What the two do not name differently must be equal within a pair:

    \b
      cab compare tui=aider tui=opencode               the CLIs, model by model
      cab compare model=gpt-a model=gpt-b              the models, CLI by CLI
      cab compare stack=docs-mcp stack=none            does the stack help?
      cab compare tui=aider,version=0.86.1 tui=aider,version=0.86.2
      cab compare option.edit_format=diff option.edit_format=whole
      cab compare sweep=may,tui=aider sweep=june,tui=aider

    Versions and options may differ where the CLI does, versions where the sweep does, networks where the
    runtime does.
    """
    sides = Sides(Selector.parse(a), Selector.parse(b))
    there, possible = _standing(runs, task, sides, scripted)
    results = [r for _, r in there.cells]
    sides.refuse_overlap(results)
    for side in (sides.a, sides.b):
        if not any(side.matches(r) for r in results):
            raise _no_cell(side, runs, task, scripted)
    found = sides.compare(results, on)
    effects = stack_effects(there.cells) if "stack" in sides.named else []
    if as_json:
        print_json({**as_json_values(sides, found, results, possible), "stack_items": effects})
    else:
        print_comparison(sides, found, results, possible)
        print_stack_effects(effects)
    there.say_left_out(err=as_json)
    return 0


def _no_cell(side: Selector, runs: Path, task: str, scripted: bool) -> UserError:
    """Return what is said of a side that no cell is on: the nearest that there is."""
    there = [r for _, r in standing.standing(runs, True).cells]
    near, tasks = side.nearest(r.cell for r in there), {r.cell.task for r in there}
    near_task = task if fnmatch.filter(tasks, task) else nearest_name(task, tasks)
    at = f" at a task like {task!r}" if task != "*" else ""
    said = f"no cell in {runs} is {side}{at}"
    if not scripted and any(r.scripted and side.matches(r) for r in there):
        said += " (scripted models are left out; --scripted takes them in)"
    elif near != side:
        return UserError(f"{said}; did you mean {str(near)!r}?")
    elif near_task not in (task, None):
        return UserError(f"{said}; did you mean --task {near_task!r}?")
    return UserError(f"{said}; `cab results` shows what there is")


def _standing(runs: Path, task: str, sides: Sides, scripted: bool) -> tuple[standing.Standing, int]:
    """Return the cells that either side asks for, and how many pairs of configurations there are in all."""
    there = standing.standing(runs, True, chosen=lambda r: fnmatch.fnmatchcase(r.cell.task, task))
    kept = [(path, r) for path, r in there.cells if scripted or not r.scripted]
    cells = [(path, r) for path, r in kept if sides.ask_for(r)]
    if "sweep" not in sides.a.wanted.keys() | sides.b.wanted.keys():
        cells = one_of_each(cells)
    left_out = sum(sides.ask_for(r) for _, r in there.cells if r.scripted and not scripted)
    found = standing.Standing(cells=cells, left_out=left_out)
    by_sweep = "sweep" in sides.named
    held = {(r.cell.configuration, by_sweep and r.cell.sweep_id) for _, r in kept if r.solved is not None}
    return found, comb(len(held), 2)
