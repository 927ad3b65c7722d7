"""When cells of an endpoint that does not answer are no longer started."""

from __future__ import annotations

import time

import attrs
import pytest

from cab_core.defaults import FAILED_IN_A_ROW
from cab_core.gateway.models import Model
from cab_core.plugins.registry import Plugins
from cab_core.records import CellResult, Outcome
from cab_core.run.planned import PlannedCell
from cab_core.sweep.breaker import Breaker
from tests.site.made import Made
from tests.support.puppet import Puppet, find_task, plan_one

DEAD = Model(id="dead", endpoint="http://127.0.0.1:9/v1")


@pytest.fixture(scope="module")
def planned() -> PlannedCell:
    """A cell of a model with an endpoint."""
    return plan_one(Puppet(""), find_task("mutations/py-stock-reorder"), DEAD, Plugins().runtime("local"))


@pytest.fixture(scope="module")
def result() -> CellResult:
    """A result, whose outcome a test sets."""
    made = Made()
    return made.result(made.cell(), [])


def end(
    breaker: Breaker,
    planned: PlannedCell,
    result: CellResult,
    *outcomes: Outcome,
    started: float | None = None,
) -> bool:
    """Take ends of cells, one after the other or all started at one time; return whether a further may start."""
    for outcome in outcomes:
        at = time.monotonic() if started is None else started
        breaker.take(planned, attrs.evolve(result, outcome=outcome, why="the endpoint said 401"), at)
    return breaker.lets(planned)


def test_as_many_in_a_row_as_it_takes(planned: PlannedCell, result: CellResult) -> None:
    """One fewer stops nothing; then no cell starts, and what was observed is told with the number."""
    breaker = Breaker()
    assert end(breaker, planned, result, *["infra_upstream"] * (FAILED_IN_A_ROW - 1)) and breaker.told() == []
    assert not end(breaker, planned, result, "infra_upstream") and not breaker.lets(planned)
    assert breaker.told() == [
        "model dead: 2 cells were not started: 3 in a row had no answer; the last one: the endpoint said 401"
    ]


@pytest.mark.parametrize("between", ["passed", "failed", "limit_wall", "agent_crashed"])
def test_a_verdict_between_them(planned: PlannedCell, result: CellResult, between: Outcome) -> None:
    """The endpoint answered: what was before does not count."""
    bad: list[Outcome] = ["infra_upstream", "infra_upstream"]
    assert end(Breaker(), planned, result, *bad, between, *bad, between, *bad)


def test_other_infrastructure_between_them(planned: PlannedCell, result: CellResult) -> None:
    """A full disk or a broken plugin says nothing of the endpoint, neither way."""
    breaker = Breaker()
    assert end(breaker, planned, result, *["infra_sandbox", "infra_plugin", "no_model_calls"] * 3)
    assert not end(breaker, planned, result, *["infra_upstream", "infra_sandbox"] * 3)


def test_cells_under_way_together_count_once(planned: PlannedCell, result: CellResult) -> None:
    """Eight at a time fail for one reason: it takes three such rounds."""
    breaker = Breaker()
    for round_ in range(3):
        assert breaker.lets(planned), round_
        end(breaker, planned, result, *["infra_upstream"] * 8, started=time.monotonic())
    assert not breaker.lets(planned)


def test_another_model_goes_on(planned: PlannedCell, result: CellResult) -> None:
    """Only cells of the model that does not answer are left."""
    breaker = Breaker()
    end(breaker, planned, result, *["infra_upstream"] * 3)
    other = attrs.evolve(planned, model=attrs.evolve(DEAD, id="other"))
    assert breaker.lets(other) and not breaker.lets(planned)


def test_a_scripted_model_has_no_endpoint(planned: PlannedCell, result: CellResult) -> None:
    """`scripted:error` fails on purpose."""
    scripted = attrs.evolve(planned, model=Model(id="scripted:error", scripted="error"))
    assert end(Breaker(), scripted, result, *["infra_upstream"] * 9)


def test_who_keeps_going(planned: PlannedCell, result: CellResult) -> None:
    """Without a number nothing is ever stopped."""
    assert end(Breaker(None), planned, result, *["infra_upstream"] * 9)
