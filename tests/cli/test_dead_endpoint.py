"""A sweep whose endpoint refuses every call, or some: real runs against a real endpoint."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.conftest import Cab
from tests.support.endpoint import KEY, Endpoint
from tests.support.tiny import PLUGIN

CELLS = 7


@pytest.fixture
def sweep(cab: Cab, endpoint: Endpoint, distribution: Callable[..., str]) -> tuple[str, ...]:
    """The command that runs seven cells, each of one call."""
    cab.find_plugins(distribution("cab-tiny", PLUGIN))
    cab.env |= {"SCRIPT": "call()", "CAB_KEY": KEY}
    task = "mutations/py-stock-reorder"
    return (
        "run", "--tui", "tiny", "--model", "m 1", "--task", task, "--attempts", f"{CELLS}",
        "--endpoint", endpoint.url, "--max-calls", "9",
    )  # fmt: skip


def test_a_key_that_is_refused(cab: Cab, endpoint: Endpoint, sweep: tuple[str, ...]) -> None:
    """After three cells the sweep ends with 1, why, what is there, and the command that goes on."""
    endpoint.mode = "401"
    done = cab(*sweep)
    assert (done.returncode, len(endpoint.requests)) == (1, 3)
    assert "Stopped: model m 1: 4 cells were not started: 3 in a row had no answer" in done.stdout
    assert "401" in done.stdout.partition("Stopped: ")[2] and "--keep-going" in done.stdout
    assert "7 cells: 0 passed, 0 failed, 3 left out, 0 tokens, 4 not run." in done.stdout
    assert f"cab run --tui tiny --model 'm 1' --task {sweep[6]}" in done.stdout.partition("Go on with: ")[2]
    assert KEY not in done.stdout + done.stderr


def test_who_wants_to_keep_going(cab: Cab, endpoint: Endpoint, sweep: tuple[str, ...]) -> None:
    """Every cell is run."""
    endpoint.mode = "401"
    done = cab(*sweep, "--keep-going")
    assert (done.returncode, len(endpoint.requests)) == (1, CELLS)
    assert "Stopped" not in done.stdout


def test_an_endpoint_that_fails_now_and_then(cab: Cab, endpoint: Endpoint, sweep: tuple[str, ...]) -> None:
    """Two of three calls are refused, never three in a row: every cell is run."""
    endpoint.script = ["401", "401", "ok"] * 3
    done = cab(*sweep)
    assert (done.returncode, len(endpoint.requests)) == (1, CELLS)
    assert "7 cells: 0 passed, 2 failed, 5 left out" in done.stdout


def test_agents_that_fail(cab: Cab, endpoint: Endpoint, sweep: tuple[str, ...]) -> None:
    """The agent's failures stop nothing."""
    done = cab(*sweep)
    assert (done.returncode, len(endpoint.requests)) == (0, CELLS)
    assert "7 cells: 0 passed, 7 failed, 7,350 tokens." in done.stdout and "Go on" not in done.stdout


def test_the_last_event_says_why(cab: Cab, endpoint: Endpoint, sweep: tuple[str, ...]) -> None:
    """For programs."""
    endpoint.mode = "401"
    last = json.loads(cab(*sweep, "--json").stdout.splitlines()[-1])
    assert (last["event"], last["exit_code"], last["left_out"], last["not_run"]) == ("end", 1, 3, 4)
    assert "401" in last["why"][0] and last["go_on"].endswith("--json")
