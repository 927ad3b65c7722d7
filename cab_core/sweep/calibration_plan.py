"""What a calibration runs: the oracle and null everywhere, and then those that misbehave."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import attrs

from cab_core.records import Limits, Sweep, Task

from .calibration import ENDLESS, EVERYWHERE, OTHERS
from .calibration_limits import WallLimit
from .plan import Plan

SWEEP_ID = "calibration-{}"  # of a CLI, so that two can be calibrated at a time


def first_sweep(name: str, tui: str, tasks: Sequence[str], runtime: str) -> Sweep:
    """Return the sweep of those whose figures are known on every task. `name`: what CLI `tui` stands for."""
    return Sweep(
        sweep_id=SWEEP_ID.format(name),
        tuis=(tui,),
        models=_ids(EVERYWHERE),
        tasks=tuple(tasks),
        runtime=runtime,
    )


def tasks_of_others(plan: Plan, full: bool) -> list[str]:
    """Return the tasks of those that misbehave: one of each pack, or all.

    Of a pack that has tasks to refuse, one of those: a refuser and a cheat show most on them.
    """
    tasks = [o.task.task for o in sorted(plan.cells, key=lambda o: not _refuse(o.task.task))]
    chosen: dict[str, str] = {}
    for task in tasks:
        chosen.setdefault(task.id if full else task.pack, task.id)
    return list(chosen.values())


def plan_others(make: Callable[[Sweep], Plan], first: Sweep, limits: Mapping[str, WallLimit]) -> Plan:
    """Plan those that misbehave, in one plan.

    Those that never end have a short limit, by task. The others come to an end by themselves: of a machine
    that was busy for a while, a short limit would make a wrong figure.
    """
    by_wall: dict[float, list[str]] = {}
    for task, limit in limits.items():
        by_wall.setdefault(limit.wall_s, []).append(task)
    finite = tuple(p for p in OTHERS if p not in ENDLESS)
    plans = [make(attrs.evolve(first, models=_ids(finite), tasks=tuple(limits)))]
    plans += [
        make(attrs.evolve(first, models=_ids(ENDLESS), tasks=tuple(tasks), limits=Limits(wall_s=wall)))
        for wall, tasks in by_wall.items()
    ]
    return attrs.evolve(plans[0], cells=[cell for plan in plans for cell in plan.cells])


def _refuse(task: Task) -> bool:
    return task.doc.refusal is not None and task.doc.refusal.expected


def _ids(personas: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"scripted:{p}" for p in personas)
