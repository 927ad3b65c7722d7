"""Ctrl-C in any command that runs cells: what is being done, what has ended, and the command that does it again."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from subprocess import PIPE

import pytest

from tests.conftest import CAB, Cab
from tests.support.background import TALK, Run
from tests.support.tiny import PLUGIN

TASK = "mutations/py-stock-reorder"
CELL = ("--tui", "tiny", "--model", "scripted:null", "--task", TASK)
COMMANDS = {
    "run-cell": ("run-cell", *CELL),
    "check": ("check", *CELL),
    "calibrate": ("calibrate", "--tui", "tiny", "--task", TASK, "-j", "2"),
}


@pytest.fixture
def run(cab: Cab, distribution: Callable[..., str]) -> Run:
    """A directory with the CLI `tiny`, whose agents wait."""
    cab.find_plugins(distribution("cab-tiny", PLUGIN))
    found = Run(cab)
    cab.env |= {"SCRIPT": TALK + "say('here')\nwait()", "PATH": f"{CAB.parent}:{cab.env['PATH']}"}
    return found


@contextmanager
def started(cab: Cab, *argv: str) -> Iterator[subprocess.Popen[str]]:
    """Start a command; end it when the context is left, should it still be there."""
    with subprocess.Popen(
        [str(CAB), *argv], cwd=cab.cwd, env=cab.env, stdout=PIPE, stderr=PIPE, text=True
    ) as found:
        try:
            yield found
        finally:
            found.kill()


@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_said(run: Run, name: str) -> None:
    """As `cab run` does, by its code: `stopping`, the table, the counts, and what to type; nothing is left."""
    with started(run.cab, *COMMANDS[name]) as process:
        run.hear("here", times=2 if name == "calibrate" else 1)
        process.send_signal(signal.SIGINT)
        said, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "stopping: " in errors and "interrupted" not in errors.splitlines()
    assert TASK in said and "cancelled (left out)" in said and "0 passed, 0 failed, " in said
    again = "Go on with" if name == "calibrate" else "Again from the start"
    assert said.splitlines()[-1].startswith(f"{again}: cab {name} --tui tiny ")
    run.is_clean()


def test_what_had_ended_before_is_in_the_table(run: Run) -> None:
    """`cab calibrate` runs its cells in two parts: in the second, those of the first are counted and shown."""
    with started(run.cab, *COMMANDS["calibrate"]) as process:
        run.hear("here", times=2)
        run.go_on()
        run.go_on()
        run.hear("here", times=4)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "scripted:oracle" in said and "scripted:vandal" in said
    assert "8 cells: " in said and "2 failed" in said and "4 not run" in said


def test_json_is_the_error_alone(run: Run) -> None:
    """For programs: one object, and no table."""
    with started(run.cab, *COMMANDS["run-cell"], "--json") as process:
        run.hear("here")
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=30)
    assert json.loads(said)["error"]["exit_code"] == process.returncode == 130


@pytest.mark.aider
@pytest.mark.slow
@pytest.mark.usefixtures("aider")
def test_the_demo(cab: Cab) -> None:
    """After the first of its cells: the table has it, no page is written."""
    with started(cab, "demo") as process:
        assert process.stderr is not None
        assert any(line.startswith("[1/4]") for line in process.stderr)
        process.send_signal(signal.SIGINT)
        said, errors = process.communicate(timeout=60)
    assert process.returncode == 130 and "stopping: " in errors
    assert "mutations/py-" in said and "4 cells: " in said
    assert said.splitlines()[-1].endswith("cab demo") and not (cab.cwd / "site").exists()
