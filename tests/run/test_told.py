"""What is said of calls to the model that brought no whole answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cab_core.gateway.models import Model
from cab_core.records import CallSums, Execution, Grade, Harvest, Limits, ModelCall, Usage
from cab_core.run.cell_run import Findings
from cab_core.run.classify import classify
from cab_core.run.told import vain_told
from tests.support.endpoint import KEY, Endpoint
from tests.support.puppet import play


def call(**found: Any) -> ModelCall:
    """A call that was answered, but for what is said."""
    whole = {
        "n": 1, "started_at": "", "request_sha256": "", "model_asked": "m", "model_served": None,
        "usage": Usage(), "streamed": False, "status": 200, "finish_reason": None, "latency_ms": 1.0,
        "first_token_ms": 1.0, "throttle_ms": 0.0, "tries": 1,
    }  # fmt: skip
    return ModelCall(**{**whole, **found})


@pytest.mark.parametrize(
    ("calls", "says"),
    [
        ([], None),
        ([call()], None),
        ([call(), call(broken_off=True)], None),  # the end of the cell, which is told anyway
        (
            [call(refused="request")],
            "1 of 1 calls to the model brought no whole answer: 1 refused for what was wrong in the call",
        ),
        ([call(), call(status=400)], "1 of 2 calls to the model brought no whole answer: 1 refused"),
        (
            [call(fault="dropped")] * 2,
            "2 of 2 calls to the model brought no whole answer: 2 failed at the endpoint, or on the way to it",
        ),
        (
            [call(), *[call(refused="context")] * 3, call(refused="policy"), call(hung_up=True)],
            "5 of 6 calls to the model brought no whole answer: 3 refused because the conversation was too long for it, "
            "1 refused for content, 1 given up by the CLI",
        ),
    ],
)
def test_calls_without_an_answer_are_told_by_kind(calls: list[ModelCall], says: str | None) -> None:
    """How many of how many, and why; nothing where all were answered."""
    assert vain_told(CallSums.of(calls)) == ([] if says is None else [says])


def test_a_cell_that_a_limit_ended_tells_what_the_time_went_to(tmp_path: Path, endpoint: Endpoint) -> None:
    """A CLI that goes on after refusals is stopped by the wall; that alone would not say what was wrong."""
    endpoint.script = ["ok", "413", "413", "ok"]
    script = """
import time
for _ in range(4):
    try: call()
    except urllib.error.HTTPError: pass
time.sleep(60)
"""
    model = Model(id="m", endpoint=endpoint.url, key=KEY)
    _, result = play(tmp_path, script, model=model, limits=Limits(wall_s=3))
    assert result.outcome == "limit_wall"
    refused = "2 refused because the conversation was too long for it"
    assert f"2 of 4 calls to the model brought no whole answer: {refused}" in result.notes


def test_what_a_cli_says_of_its_failure_is_told_in_one_line() -> None:
    """Whatever its adapter hands over: a reason is a sentence."""
    ended = Execution(started_at="", ended_at="", duration_s=1.0, exit_code=1)
    failed = Harvest(finished=False, failure="it broke\n\n  on two lines\n")
    found = Findings(calls=(call(),), execution=ended, harvest=failed, grade=Grade(passed=False))
    assert classify(found) == ("agent_crashed", "the CLI did not finish: it broke on two lines")
