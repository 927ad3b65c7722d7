"""How long the scripted models that never end may run, by what the oracle took."""

from __future__ import annotations

import attrs
import pytest

from cab_core.defaults import WALL_S
from cab_core.gateway.models import ConfigDoc, EndpointChoice
from cab_core.plugins.registry import Plugins
from cab_core.records import CellResult, Sweep
from cab_core.sweep.calibration import ENDLESS, OTHERS
from cab_core.sweep.calibration_limits import WallLimit, limits_by_oracle
from cab_core.sweep.calibration_plan import first_sweep, plan_others, tasks_of_others
from cab_core.sweep.plan import Plan, make_plan
from cab_core.tasks.catalog import Catalog
from tests.support.puppet import FIX, Puppet, play

TASK = "mutations/py-stock-reorder"


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> CellResult:
    """A cell that passed, called the oracle's."""
    _, result = play(tmp_path_factory.mktemp("runs"), FIX)
    assert result.outcome == "passed"
    return attrs.evolve(result, cell=attrs.evolve(result.cell, model="scripted:oracle"))


@pytest.mark.parametrize(
    ("took_s", "wall_s"), [(26.0, 80.0), (2.0, 20.0), (6.6, 20.0), (6.7, 25.0), (200.0, 600.0)]
)
def test_three_times_what_the_oracle_took(oracle: CellResult, took_s: float, wall_s: float) -> None:
    """On that task, in steps of 5 s, at least 20 s; and it is said."""
    found = limits_by_oracle([TASK], [attrs.evolve(oracle, wall_ms=took_s * 1000)])
    assert found == {TASK: WallLimit(wall_s=wall_s, oracle_s=took_s)}
    assert str(found[TASK]) == f"{wall_s:g} s (3 x the {took_s:.1f} s of the oracle, at least 20)"


def test_an_oracle_that_shows_nothing(oracle: CellResult) -> None:
    """One that failed, another model's cell, no time: the shortest limit, and why."""
    null = attrs.evolve(oracle, cell=attrs.evolve(oracle.cell, model="scripted:null"))
    for cell in (attrs.evolve(oracle, outcome="limit_wall"), attrs.evolve(oracle, wall_ms=None), null):
        found = limits_by_oracle([TASK], [attrs.evolve(cell)])[TASK]
        assert (found.wall_s, found.oracle_s) == (20, None) and "not known" in str(found)


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> object:
    """Plan a sweep of a CLI that needs no installation."""
    plugins = Plugins()
    monkeypatch.setattr(Plugins, "adapter", lambda _, name: Puppet("call()"))

    def planned(sweep: Sweep) -> Plan:
        return make_plan(sweep, plugins, Catalog(plugins), EndpointChoice(), ConfigDoc(), lambda _: None)

    return planned


def test_each_task_has_its_own_limit(make: object) -> None:
    """For those that never end; tasks of a pack that may be refused are chosen first; all cells are of one sweep."""
    first = first_sweep("aider", "aider", ["mutations/py-l*", "refusal/py-*", TASK], "local")
    plan = make(first)  # type: ignore[operator]
    chosen = tasks_of_others(plan, full=False)
    assert {t.partition("/")[0] for t in chosen} == {"mutations", "refusal"} and len(chosen) == 2
    assert set(tasks_of_others(plan, full=True)) == {p.cell.task for p in plan.cells}
    limits = {t: WallLimit(wall_s=20 + n, oracle_s=None) for n, t in enumerate(chosen)}
    others = plan_others(make, first, limits)  # type: ignore[arg-type]
    endless = [p.cell for p in others.cells if p.cell.model.partition(":")[2] in ENDLESS]
    assert {(c.task, c.limits.wall_s) for c in endless} == {(t, x.wall_s) for t, x in limits.items()}
    assert {p.cell.limits.wall_s for p in others.cells if p.cell not in endless} == {WALL_S}
    assert {p.cell.model for p in others.cells} == {f"scripted:{name}" for name in OTHERS}
    assert {p.cell.sweep_id for p in (*plan.cells, *others.cells)} == {"calibration-aider"}
