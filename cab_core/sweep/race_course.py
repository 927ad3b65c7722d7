"""The course of a race: which cells are run in which order, fixed by a seed."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from itertools import chain

import attrs

from cab_core.errors import UserError
from cab_core.records import CellKey, Configuration
from cab_core.run.planned import PlannedCell

from .plan import Plan


@attrs.frozen
class CourseUnit:
    """One draw: a task, with its cells by side and attempt. `order`: of the sides."""

    task: str
    sides: tuple[tuple[PlannedCell, ...], ...]
    order: tuple[int, ...]

    @property
    def cells(self) -> list[PlannedCell]:
        """The cells in the order in which they are run: attempt by attempt, side by side."""
        return [cells[i] for cells in zip(*self.sides, strict=True) for i in self.order]

    @property
    def keys(self) -> tuple[tuple[CellKey, ...], ...]:
        """The cells' keys, by side and attempt."""
        return tuple(tuple(p.cell.key for p in side) for side in self.sides)


@attrs.frozen
class Course:
    """The units in their order, what each side is, and which tasks are in no unit, with why."""

    units: tuple[CourseUnit, ...]
    sides: tuple[Configuration, ...]
    left_out: dict[str, str]


def lay_out(plans: Sequence[Plan], names: Sequence[str], seed: int) -> Course:
    """Return the course of sides that were planned apart. One task of each family is drawn.

    The order is that of hashes of seed and family, so that further tasks change nothing of how the others
    follow each other. Which side begins is drawn for each unit: what changes meanwhile favours none.

    Raises:
        UserError: a side is several configurations, two sides are the same, or no task can be run on all.
    """
    sides = [_only_configuration(plan, name) for plan, name in zip(plans, names, strict=True)]
    for i, side in enumerate(sides):
        if side in sides[:i]:
            raise UserError(f"{names[sides.index(side)]} and {names[i]} are the same: {side.name}")
    by_task = [_by_task(plan) for plan in plans]
    common = {task for task in by_task[0] if all(task in tasks for tasks in by_task)}
    left_out = {
        task: "not every side can run it" for tasks in by_task for task in tasks if task not in common
    }
    if not common:
        raise UserError("there is no task that every side can run: " + "; ".join(sorted(left_out)[:5]))
    drawn = dict[str, str]()
    for task in sorted(common, key=lambda task: _drawn(seed, task)):
        family = by_task[0][task][0].task.task.unit
        if family in drawn:
            left_out[task] = f"{drawn[family]} was drawn of its family {family}"
        drawn.setdefault(family, task)
    units = []
    for family in sorted(drawn, key=lambda family: _drawn(seed, family)):
        order = list(range(len(sides)))
        random.Random(f"{seed}/{family}").shuffle(order)
        task = drawn[family]
        units.append(CourseUnit(task, tuple(tuple(tasks[task]) for tasks in by_task), tuple(order)))
    return Course(units=tuple(units), sides=tuple(sides), left_out=left_out)


def merged(plans: Sequence[Plan], units: Sequence[CourseUnit]) -> Plan:
    """Return one plan of all sides, whose cells are in the order of the course."""
    return attrs.evolve(
        plans[0],
        cells=list(chain.from_iterable(unit.cells for unit in units)),
        skipped={task: why for plan in plans for task, why in plan.skipped.items()},
        broken=tuple(dict.fromkeys(said for plan in plans for said in plan.broken)),
    )


def _only_configuration(plan: Plan, name: str) -> Configuration:
    found = list(dict.fromkeys(planned.cell.configuration for planned in plan.cells))
    if len(found) != 1:
        raise UserError(f"{name} is {len(found)} configurations; a race holds one against another")
    return found[0]


def _by_task(plan: Plan) -> dict[str, list[PlannedCell]]:
    found: dict[str, list[PlannedCell]] = {}
    for planned in sorted(plan.cells, key=lambda planned: planned.cell.attempt):
        found.setdefault(planned.cell.task, []).append(planned)
    return found


def _drawn(seed: int, name: str) -> tuple[bytes, str]:
    return hashlib.sha256(f"{seed}\n{name}".encode(errors="surrogatepass")).digest(), name
