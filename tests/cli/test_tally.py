"""What is known of a run while it runs: no guess without a ground, nothing unknown as a number."""

from __future__ import annotations

from datetime import datetime, timedelta

import attrs
import pytest

from cab_core.cli.tally import Spend, Tally
from cab_core.records import CellResult, TokenTotals
from tests.site.made import Made


def done(attempt: int, version: str = "1", seconds: float = 60.0) -> CellResult:
    """Return a cell that took so long."""
    made = Made(attempt=attempt, version=version)
    result = made.result(made.cell(), [])
    end = datetime.fromisoformat(result.started_at) + timedelta(seconds=seconds)
    return attrs.evolve(result, ended_at=end.isoformat())


def tally(*results: CellResult, width: int = 1) -> Tally:
    """Return the state of a run of these cells."""
    found = Tally(width=width)
    found.expect([r.cell.configuration for r in results])
    return found


def test_the_time_left_has_a_ground() -> None:
    """Nothing before three cells have ended; then what they took, for those to come."""
    results = [done(n) for n in range(1, 8)]
    found = tally(*results)
    seen = []
    for result in results:
        found.kept(result)
        seen.append(found.time_left())
    assert seen == [None, None, (240, True), (180, True), (120, True), (60, True), None]


def test_cells_at_once_share_it() -> None:
    """Two at a time take half as long, and one alone its whole time."""
    results = [done(n) for n in range(1, 8)]
    found = tally(*results, width=2)
    for result in results[:3]:
        found.kept(result)
    assert found.time_left() == (120, True)
    for result in results[3:6]:
        found.kept(result)
    assert found.time_left() == (60, True)


def test_a_configuration_of_which_nothing_is_known() -> None:
    """It takes as long as it takes: the time left is at least that of the others."""
    results = [*(done(n) for n in range(1, 6)), done(1, version="2")]
    found = tally(*results)
    for result in results[:3]:
        found.kept(result)
    assert found.time_left() == (120, False)


def test_what_runs_has_less_to_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time that a cell has run counts, but no more than it should take."""
    results = [done(n) for n in range(1, 6)]
    found = tally(*results, width=2)
    for result in results[:3]:
        found.kept(result)
    monkeypatch.setattr("time.monotonic", lambda: 1000.0)
    found.started(results[3].cell)
    monkeypatch.setattr("time.monotonic", lambda: 1020.0)
    assert found.time_left() == (50, True)
    monkeypatch.setattr("time.monotonic", lambda: 9000.0)
    assert found.time_left() == (30, True)


def test_cells_without_a_verdict_say_nothing_of_the_time() -> None:
    """A dead endpoint ends cells quickly."""
    results = [done(n) for n in range(1, 6)]
    found = tally(*results)
    for result in results[:3]:
        found.kept(attrs.evolve(result, outcome="infra_upstream"))
    assert found.time_left() is None and found.left_out == 3


@pytest.mark.parametrize(
    ("totals", "scripted", "tokens", "usd"),
    [
        (TokenTotals(prompt=8, completion=2, usd=0.5), False, (10, True), (0.5, True, True)),
        (TokenTotals(prompt=8, completion=2), False, (10, True), (0.0, False, False)),
        (TokenTotals(prompt=8, completion=2), True, (10, True), (0.0, True, False)),
        (TokenTotals(without_usage=1, at_least=7), False, (7, False), (0.0, False, False)),
        (TokenTotals(), False, (0, True), (0.0, True, False)),
    ],
)
def test_spend(totals: TokenTotals, scripted: bool, tokens: object, usd: object) -> None:
    """What is not known is no 0: the sum is then the least, and a price is shown only where there is one."""
    spend = Spend()
    spend.add(totals, scripted)
    assert (spend.tokens, spend.tokens_known) == tokens
    assert (spend.usd, spend.usd_known, spend.priced) == usd
