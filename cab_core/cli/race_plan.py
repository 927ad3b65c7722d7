"""What a race is planned for, and how far it may go: held against what could decide, before anything runs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from math import ceil
from typing import Any

from cab_core.errors import UserError
from cab_core.records import Limits
from cab_core.stats.contest import Why
from cab_core.stats.paired import ERROR
from cab_core.stats.sequential import FLIPS, LONGEST, fewest
from cab_core.stats.sequential import Plan as FixedPlan
from cab_core.store.paths import segment
from cab_core.sweep.plan import Plan, check_price
from cab_core.sweep.race import Race
from cab_core.sweep.race_course import Course, lay_out, merged
from cab_core.sweep.race_orders import orders_with
from cab_core.words import plural


def fixed_plan(difference: float, flips: float | None) -> FixedPlan:
    """Return the plan that a race is held against.

    Raises:
        UserError: sides that differ on so few tasks cannot have rates that differ by so much.
    """
    if flips is not None and flips < difference:
        raise UserError(
            f"--flips {flips:g}: two sides whose rates differ by {difference:g} differ on that share of the "
            "tasks at least"
        )
    return FixedPlan(difference, max(FLIPS, difference) if flips is None else flips)


def set_out(
    race: Race, plans: Sequence[Plan], names: Sequence[str], fixed: FixedPlan, said: dict[str, Any]
) -> tuple[Course, int, Plan]:
    """Lay the course out; return it, how many of its units may be run, and the plan of their cells.

    Raises:
        UserError: whatever came, so few units could decide nothing; or what they cost would not be known.
    """
    course, cells = lay_out(plans, names, said["seed"]), said["max_cells"]
    for planned in (plan.cells[0] for plan in plans):
        check_price(planned.model, Limits(usd=said["max_usd"]))
    bound = ceil(LONGEST * fixed.units) if cells is None else cells // (2 * said["attempts"])
    units = course.units[:bound]
    needed = fewest(float(ERROR) / (len(names) - 1))
    if len(units) < needed:
        enough = len(course.units) >= needed
        lack = f"--max-cells {cells} is too little for that" if enough else "give more tasks"
        raise UserError(
            f"{plural(len(units), 'task')} (one of each family) could decide nothing, whatever came: a race "
            f"takes {needed} at least; {lack}. `cab run` and `cab compare` can decide with fewer"
        )
    why: Why = "tasks" if len(units) == len(course.units) else "length" if cells is None else "budget"
    order = [f"{unit.task} {len(unit.sides[0])}" for unit in course.units]
    directory = said["runs"] / segment(plans[0].sweep.sweep_id)
    race.set_out(units, why, partial(orders_with, directory, course.sides, order))
    return course, len(units), merged(plans, units)
