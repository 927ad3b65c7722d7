"""Which cells of a race may start, and what those that have ended decide. The cells are stand-ins: none is run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from cab_core.errors import UserError
from cab_core.records import CellResult, Configuration
from cab_core.run.planned import PlannedCell
from cab_core.stats.sequential import Plan as FixedPlan
from cab_core.store.cells import Store
from cab_core.sweep.plan import Plan
from cab_core.sweep.race import Budget, Race
from cab_core.sweep.race_course import CourseUnit, lay_out
from cab_core.sweep.race_orders import FILE, orders_with

FIXED = FixedPlan(0.3, 0.5)
Outcome = Callable[[int, int], str]  # of a unit and a side


def planned(
    task: str, side: int, attempt: int = 1, family: str | None = None, scripted: str | None = None
) -> PlannedCell:
    """A cell that was planned, as far as a race looks."""
    config = Configuration(tui=f"cli-{side}", model="m")
    cell = SimpleNamespace(key=(task, side, attempt), task=task, attempt=attempt, configuration=config)
    packed = SimpleNamespace(task=SimpleNamespace(unit=family or task))
    return cast(PlannedCell, SimpleNamespace(
        cell=cell, task=packed, model=SimpleNamespace(id="m", scripted=scripted), content_key="c", grader_key="g",
    ))  # fmt: skip


def units(n: int, sides: int = 2, attempts: int = 1) -> list[CourseUnit]:
    """So many units, on which the sides begin in their order."""
    return [
        CourseUnit(
            f"p/{i}",
            tuple(tuple(planned(f"p/{i}", s, a) for a in range(1, attempts + 1)) for s in range(sides)),
            tuple(range(sides)),
        )
        for i in range(n)
    ]


def summary(outcome: str, usd: float = 0.0) -> Any:
    """What is known of a cell that has ended."""
    solved = {"passed": True, "failed": False}.get(outcome)
    return SimpleNamespace(
        outcome=outcome, solved=solved, scripted=False, spent_usd=usd, tokens=SimpleNamespace(usd=usd),
        content_key="c", grader_key="g",
    )  # fmt: skip


def result(outcome: str, usd: float = 0.0) -> CellResult:
    """The result that has this summary."""
    return cast(CellResult, SimpleNamespace(outcome=outcome, why="w", summary=summary(outcome, usd)))


def run(
    race: Race, course: Sequence[CourseUnit], outcome: Outcome, usd: float = 0.0
) -> list[tuple[int, int]]:
    """Run one cell after the other, as `-j 1` does; return which were started, by unit and side."""
    race.set_out(course, "tasks")
    return go_on(race, course, outcome, usd)


def go_on(
    race: Race, course: Sequence[CourseUnit], outcome: Outcome, usd: float = 0.0
) -> list[tuple[int, int]]:
    """The same for a race that has its course."""
    started = []
    for n, unit in enumerate(course):
        for cell in unit.cells:
            side = int(cell.cell.configuration.tui[-1])
            if race.lets(cell):
                started.append((n, side))
                race.take(cell, result(outcome(n, side), usd), time.monotonic())
    race.finish(interrupted=False)
    return started


def a_wins(_: int, side: int) -> str:
    """The first side solves everything, the others nothing."""
    return "failed" if side else "passed"


def equal(*_: int) -> str:
    """Everybody solves everything."""
    return "passed"


def kept(race: Race, cells: Iterable[tuple[PlannedCell, Sequence[str]]]) -> None:
    """Let a race see the tries that a store has of cells, by their outcomes."""
    for cell, outcomes in cells:
        verdict = next(((o, summary(o)) for o in reversed(outcomes) if o in ("passed", "failed")), None)
        store = SimpleNamespace(verdict=lambda *_, v=verdict: v, summary=summary)
        race.verdict(cast(Store, store), cell, outcomes)


def test_a_race_that_is_decided_starts_no_more_cells() -> None:
    """Eight wins of eight, and it is over."""
    race, course = Race(FIXED, Budget()), units(40)
    assert run(race, course, a_wins) == [(n, side) for n in range(8) for side in (0, 1)]
    [pair] = race.contests.pairs
    assert (pair.says, pair.why, pair.units) == ("better", None, 8)


def test_a_tie_is_given_up_and_says_so() -> None:
    """Long before there are no more tasks, and it is no verdict."""
    race, course = Race(FIXED, Budget()), units(60)
    assert len(run(race, course, equal)) < 80
    assert (race.contests.pairs[0].says, race.contests.pairs[0].why) == ("undecided", "futility")


def test_units_are_looked_at_in_their_order_alone() -> None:
    """Nine quick units do not decide before the slow one that is first has ended."""
    race, course = Race(FIXED, Budget()), units(40)
    race.set_out(course, "tasks")
    cells = [cell for unit in course[:10] for cell in unit.cells]
    assert all(race.lets(cell) for cell in cells)
    for cell in cells[2:]:
        race.take(cell, result("passed" if cell.cell.configuration.tui == "cli-0" else "failed"), 0.0)
    assert race.contests.pairs[0].units == 0
    for cell in cells[:2]:
        race.take(cell, result("failed"), 0.0)
    assert (race.contests.pairs[0].says, race.contests.pairs[0].units) == ("better", 9)


def test_a_lost_cell_takes_its_partner_with_it() -> None:
    """The partner is not run, the pair counts nowhere, and the race goes on."""
    race, course = Race(FIXED, Budget()), units(40)
    started = run(race, course, lambda n, side: "infra_sandbox" if (n, side) == (2, 0) else a_wins(n, side))
    assert (2, 0) in started
    assert (2, 1) not in started
    [pair] = race.contests.pairs
    assert (pair.says, pair.units, pair.lost) == ("better", 8, 1)


def test_of_several_attempts_a_lost_one_takes_its_partner_alone() -> None:
    """The unit's rates are over the attempts that both have."""
    race, course = Race(FIXED, Budget()), units(1, attempts=2)
    race.set_out(course, "tasks")
    for cell, outcome in zip(course[0].cells, ("infra_sandbox", "failed", "passed", "failed"), strict=True):
        race.take(cell, result(outcome), 0.0)
    assert race.contests.pairs[0].rates == (1.0, 0.0)


def test_the_same_race_again_goes_on_where_it_stopped() -> None:
    """What has a verdict is known before anything starts; a race that ended starts nothing."""
    course = units(40)
    for known in (5, 8):
        race = Race(FIXED, Budget())
        race.set_out(course, "tasks")
        kept(race, [(c, [a_wins(0, s)]) for u in course[:known] for s, (c,) in enumerate(u.sides)])
        fresh = [cell for unit in course[known:] for cell in unit.cells]
        assert race.lets(fresh[0]) == (known == 5)
        race.finish(interrupted=False)
        assert race.contests.pairs[0].units == known


def test_a_decision_stays_though_an_earlier_cell_was_lost() -> None:
    """It was made without that cell, which is not run again."""
    race, course = Race(FIXED, Budget()), units(40)
    race.set_out(course, "tasks")
    kept(race, [(course[0].sides[0][0], ["infra_upstream"])])
    kept(race, [(c, [a_wins(0, s)]) for u in course[1:9] for s, (c,) in enumerate(u.sides)])
    assert not race.lets(course[0].sides[0][0])
    assert race.contests.pairs[0].says == "better"


def test_what_was_lost_is_tried_again_where_nothing_is_decided() -> None:
    """And so is what was merely stopped."""
    for outcome in ("infra_upstream", "cancelled"):
        race, course = Race(FIXED, Budget()), units(40)
        race.set_out(course, "tasks")
        kept(race, [(course[0].sides[0][0], [outcome])])
        assert go_on(race, course, a_wins)[:2] == [(0, 0), (0, 1)]
        assert race.contests.pairs[0].units == 8


def test_cells_of_the_budget_are_whole_units() -> None:
    """Of three sides: seven units are 21 cells; a budget of 23 starts no eighth."""
    race, course = Race(FIXED, Budget(cells=23)), units(60, sides=3)
    assert len(run(race, course, lambda n, side: "passed" if n % 2 or not side else "failed")) == 21
    assert [pair.why for pair in race.contests.pairs] == ["budget", "budget"]


def test_no_unit_is_started_that_the_budget_does_not_hold() -> None:
    """At what a unit cost so far: five units at a dollar a cell, of eleven dollars."""
    race, course = Race(FIXED, Budget(usd=11)), units(60)
    assert len(run(race, course, equal, usd=1.0)) == 10
    assert race.contests.pairs[0].why == "budget"
    assert race.ended.usd == 10


def test_what_is_left_of_the_budget_counts_for_whether_it_is_futile() -> None:
    """Once enough units say what one costs: of thirty dollars seven more units are left, and those decide nothing."""
    race, course = Race(FIXED, Budget(usd=30)), units(60)
    assert len(run(race, course, equal, usd=1.0)) == 18
    assert race.contests.pairs[0].why == "futility"


def test_units_that_were_lost_are_why_it_did_not_end() -> None:
    """The same command runs them again; it is not called futile for want of them."""
    race, course = Race(FIXED, Budget()), units(40)
    run(race, course, lambda n, side: "infra_sandbox" if n > 4 else a_wins(n, side))
    assert (race.contests.pairs[0].units, race.contests.pairs[0].lost) == (5, 35)
    assert race.contests.pairs[0].why == "infrastructure"


def test_a_side_that_is_decided_is_run_no_more() -> None:
    """The others are, against the first."""
    race, course = Race(FIXED, Budget()), units(60, sides=3)
    started = run(race, course, lambda n, side: "failed" if side == 1 else "passed")
    assert max(n for n, side in started if side == 1) == 8
    assert max(n for n, side in started if side == 2) > 8
    assert [p.says for p in race.contests.pairs] == ["better", "undecided"]


def test_a_dead_endpoint_and_an_interruption_decide_nothing() -> None:
    """Both say that the same command goes on."""
    race, course = Race(FIXED, Budget()), units(60)
    run(race, course, lambda *_: "infra_upstream")
    assert race.contests.pairs[0].why == "infrastructure"
    assert race.told()
    race = Race(FIXED, Budget())
    race.set_out(course, "tasks")
    race.finish(interrupted=True)
    assert race.contests.pairs[0].why == "interrupted"


def test_each_side_is_told_what_it_lost() -> None:
    """A CLI that voids its failures loses no pair by that; it is seen by the count."""
    race, course = Race(FIXED, Budget()), units(40)
    run(race, course, lambda n, side: "no_model_calls" if side and n % 2 else a_wins(n, side))
    assert (race.ended.lost_of(0), race.ended.lost_of(1)) == (0, 7)


# Orders.


def test_orders_of_the_same_sides_are_counted(tmp_path: Path) -> None:
    """Whoever is A; the same order again is none more, and a file that is none counts nothing."""
    a, b, c = (Configuration(tui=name, model="m") for name in "abc")
    assert [orders_with(tmp_path / "s", (a, b), o) for o in (["1", "2"], ["2", "1"], ["1", "2"])] == [1, 2, 2]
    assert orders_with(tmp_path / "s", (b, a), ["3"]) == 3
    assert orders_with(tmp_path / "s", (a, c), ["3"]) == 1
    for spoilt in ("[", "[1]", '{"x": 1}'):
        (tmp_path / "s" / FILE).write_text(spoilt)
        assert orders_with(tmp_path / "s", (a, b), ["3"]) == 1


# The course.


def plans(tasks: Iterable[str], families: Callable[[str], str | None] = lambda _: None) -> list[Plan]:
    """Plans of two sides on these tasks."""
    return [
        cast(Plan, SimpleNamespace(cells=[planned(task, side, family=families(task)) for task in tasks]))
        for side in (0, 1)
    ]


def test_the_seed_fixes_the_order_and_more_tasks_leave_it_as_it_was() -> None:
    """Another seed makes another one; and now the one side begins, now the other."""
    few, many = ([f"p/{i}" for i in range(n)] for n in (20, 30))
    order = [u.task for u in lay_out(plans(few), ("a", "b"), 1).units]
    assert order == [u.task for u in lay_out(plans(many[::-1]), ("a", "b"), 1).units if u.task in few]
    assert order != [u.task for u in lay_out(plans(few), ("a", "b"), 2).units]
    assert {u.order for u in lay_out(plans(few), ("a", "b"), 1).units} == {(0, 1), (1, 0)}


def test_of_a_family_one_task_is_drawn() -> None:
    """The others are named, with the one that stands for them."""
    course = lay_out(plans([f"p/{i}" for i in range(12)], lambda t: f"f{int(t[2:]) % 3}"), ("a", "b"), 0)
    assert len(course.units) == 3
    assert len(course.left_out) == 9
    assert all("was drawn of its family f" in why for why in course.left_out.values())


def test_a_side_that_is_the_same_or_several_is_refused() -> None:
    """It would be held against itself, or be a mixture."""
    one, other = plans(["p/1"])
    with pytest.raises(UserError, match="a and b are the same"):
        lay_out([one, one], ("a", "b"), 0)
    both = cast(Plan, SimpleNamespace(cells=[*one.cells, *other.cells]))
    with pytest.raises(UserError, match="b is 2 configurations"):
        lay_out([one, both], ("a", "b"), 0)
