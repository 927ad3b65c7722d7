"""Hints for an adapter's author."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from cab_core.records import Cell, Evidence, Execution, Harvest, Observed, Step
from cab_core.sweep.hints import hints
from tests.support.puppet import find_task

TASK = find_task("mutations/py-stock-reorder").task
HANGED = Execution(
    started_at="",
    ended_at="",
    duration_s=1.0,
    exit_code=None,
    stopped="limit_wall",
    stdout_bytes=0,
    stderr_bytes=0,
)
GOOD = {
    "final_message": "All is done.",
    "finished": True,
    "transcript": (Step(role="assistant", text="All"),),
}


def cell(outcome: str = "passed", answer: str | None = "All is  done.", **harvest: Any) -> Evidence:
    """Return a cell in which the adapter read this instead."""
    return Evidence(
        cell=Cell(sweep_id="s", tui="t", tui_version="1", model="scripted:oracle", task=TASK.id),
        task=TASK,
        outcome=outcome,
        wall_ms=1.0,
        harvest=Harvest(**{**GOOD, **harvest}),
        observed=Observed(last_answer=answer),
    )


def test_an_adapter_that_reads_all_gets_none() -> None:
    """Whatever white space it has; nor where the CLI could not come to its end, and it says so."""
    failed = cell("infra_upstream", None, finished=False, failure="401", final_message=None)
    ended = attrs.evolve(cell("infra_upstream", finished=False), execution=HANGED)
    assert hints([cell(), cell("refused"), failed, ended, cell("limit_wall", None, finished=None)]) == []


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        (cell(final_message=None), "gave no final_message"),
        (cell(final_message="Bye."), "another final_message"),
        (cell(finished=None), "finished is None"),
        (cell(finished=False, failure="x"), "finished is False"),
        (cell("infra_upstream"), "finished is True"),
        (cell("infra_upstream", finished=False), "gave no `failure`"),
        (cell(transcript=()), "gave no transcript"),
        (cell(transcript=(Step(role="user", text="x"),)), "no word of the agent's"),
    ],
)
def test_each_is_told_once_with_a_cell(shown: Evidence, said: str) -> None:
    """And how many more there are."""
    [hint] = hints([shown, shown, cell()])
    assert said in hint and hint.endswith(": scripted:oracle x mutations/py-stock-reorder, and 1 more")
