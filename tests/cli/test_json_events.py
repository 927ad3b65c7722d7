"""What `cab run --json` prints: an event a line, as `cab schema event` says, and nothing else."""

from __future__ import annotations

import json
import signal
import subprocess
from collections import Counter
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from cab_core.records.events import RunEvent
from cab_core.records.schema import schema_of
from tests.conftest import Cab
from tests.support.background import Run
from tests.support.puppet import FIX
from tests.support.tiny import PLUGIN

MATRIX = ("run", "--tui", "tiny", "--model", "scripted:null", "--task", "mutations/py-stock-reorder",
          "--attempts", "3", "-j", "2", "--json")  # fmt: skip
HOLDS = jsonschema.Draft202012Validator(schema_of(RunEvent))


@pytest.fixture
def tiny(cab: Cab, distribution: Callable[..., str]) -> Cab:
    """The command, with the CLI `tiny`."""
    cab.find_plugins(distribution("cab-tiny", PLUGIN))
    return cab


def events(stdout: str) -> list[dict[str, Any]]:
    """Return the events; each line must be one that fits the schema, but for an error behind the last."""
    found = [json.loads(line) for line in stdout.splitlines()]
    if found and "error" in found[-1]:
        found.pop()
    for event in found:
        HOLDS.validate(event)
    return found


def names(found: list[dict[str, Any]], number: int) -> list[str]:
    """Return the events of one cell."""
    return [e["event"] for e in found if e.get("number") == number]


def test_a_run_from_its_plan_to_its_end(tiny: Cab) -> None:
    """Each cell starts, makes its calls and ends, in this order; the last event has the totals."""
    done = tiny(*MATRIX, SCRIPT=f"call()\n{FIX}")
    found = events(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert (found[0]["event"], found[0]["cells"]) == ("planned", 3)
    for number in (1, 2, 3):
        assert names(found, number) == ["started", "call", "call", "finished"]
    ends = [e for e in found if e["event"] == "finished"]
    last = found[-1]
    assert (last["event"], last["exit_code"], last["passed"], last["not_run"]) == ("end", 0, 3, 0)
    assert last["tokens"] == sum(e["tokens"]["prompt"] + e["tokens"]["completion"] for e in ends) > 0
    assert (last["go_on"], last["why"], last["usd"]) == (None, [], None)
    assert {e["cell"]["attempt"] for e in ends} == {1, 2, 3} and all(e["solved"] for e in ends)


def test_cells_with_a_verdict_have_their_end_alone(tiny: Cab) -> None:
    """They are marked, and what they spent earlier is not what this run spent."""
    tiny(*MATRIX, SCRIPT=FIX)
    found = events(tiny(*MATRIX, SCRIPT=FIX).stdout)
    assert Counter(e["event"] for e in found) == {"planned": 1, "finished": 3, "end": 1}
    assert all(e["before"] for e in found if e["event"] == "finished")
    assert (found[-1]["passed"], found[-1]["tokens"]) == (3, 0)


def test_a_warning_is_an_event(tiny: Cab) -> None:
    """Why cells are run anew, which a person would have read on the terminal."""
    tiny(*MATRIX, SCRIPT=FIX)
    found = events(tiny(*MATRIX, "--wall", "77", SCRIPT=FIX).stdout)
    assert any("limits.wall_s" in e["text"] for e in found if e["event"] == "warning")


@pytest.mark.parametrize(
    ("more", "code", "says"),
    [(("--tui", "tinny"), 2, "tinny"), (("--option", "x"), 2, "KEY=VALUE"), (("none.toml",), 2, "none.toml")],
)
def test_a_mistake_ends_with_an_event_too(tiny: Cab, more: tuple[str, ...], code: int, says: str) -> None:
    """The last event has the reason, as has the error behind it, which every command tells with --json."""
    done = tiny(*MATRIX, *more)
    last = events(done.stdout)[-1]
    assert (done.returncode, last["event"], last["exit_code"], last["cells"]) == (code, "end", code, None)
    assert says in last["why"][0] and last["go_on"] is None
    error = json.loads(done.stdout.splitlines()[-1])["error"]
    assert (error["message"], error["exit_code"]) == (last["why"][0], code)


def test_an_interrupted_run(tiny: Cab) -> None:
    """It says that it stops, with how many cells; the command in the last event goes on."""
    run = Run(tiny)
    with run.started(
        "--attempts", "3", "--json", script="say('here')\nwait()\nfix()", stdout=subprocess.PIPE
    ) as process:
        run.hear("here", times=2)
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=20)
    found = events(stdout)
    [stopping] = [e for e in found if e["event"] == "stopping"]
    assert (process.returncode, stopping["cells"]) == (130, 2)
    assert stderr.startswith("stopping: 2 cells under way are ended")
    last = found[-1]
    assert (last["exit_code"], last["left_out"], last["not_run"], last["why"]) == (130, 2, 1, ["interrupted"])
    assert last["go_on"].endswith("--json")


def test_a_reader_that_takes_nothing_holds_up_no_call(tiny: Cab) -> None:
    """The pipe is full long before the last call: the cells come to their verdict all the same."""
    run = Run(tiny)
    script = "for _ in range(400): call()\nfix()\nsay('done')"
    with run.started("--json", script=script, stdout=subprocess.PIPE) as process:
        run.hear("done")
        while not run.results():
            assert process.poll() is None
        stdout, _ = process.communicate(timeout=20)
    assert names(events(stdout), 1).count("call") == 401
