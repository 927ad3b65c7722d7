"""Ctrl-C, SIGTERM and a closed terminal end a run, clean up, and lose nothing that was finished."""

from __future__ import annotations

import fcntl
import os
import random
import signal
import subprocess
import termios
import time
from collections.abc import Callable

import pytest

from tests.conftest import Cab
from tests.support.background import Run
from tests.support.often import rows
from tests.support.tiny import PLUGIN

DAEMON = """
code = "import os, time; os.setsid(); os.fork() and os._exit(0); time.sleep(60)"
subprocess.Popen([sys.executable, "-c", code]).wait()
"""
WITHIN_S = 10
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.fixture
def run(cab: Cab, distribution: Callable[..., str]) -> Run:
    """A run of the CLI `tiny`."""
    cab.find_plugins(distribution("cab-tiny", PLUGIN))
    return Run(cab)


def ended(process: subprocess.Popen[str], within_s: float = WITHIN_S) -> int:
    """Return the exit code of a process that must end in time."""
    process.communicate(timeout=within_s)
    return process.returncode


@pytest.mark.slow
@pytest.mark.timeout(300)  # half a minute for twenty where nothing else runs
@pytest.mark.parametrize("signals", rows([6, 20], [6]))
def test_signals_at_any_moment(run: Run, signals: int) -> None:
    """Each of so many runs ends in time with 130 and leaves nothing; then the same command finishes the sweep."""
    chance, cells, finished = random.Random(14), 2 * signals, 0
    args, script = ("--attempts", str(cells)), f"say('here')\n{DAEMON}\nfix()\ntime.sleep(0.3)"
    for number in range(signals):
        run.forget()
        with run.started(*args, script=script) as process:
            assert process.stderr is not None
            process.stderr.readline()  # the first sign of life
            if number % 2:  # at any speed of the machine: two run at once, so with the third one has ended
                run.hear("here", times=chance.randint(1, 3))
            time.sleep(chance.uniform(0, 0.5))
            process.send_signal(SIGNALS[number % 3])
            assert ended(process) == 130
        run.is_clean()
        outcomes = [r.outcome for r in run.results()]
        assert set(outcomes) <= {"passed", "cancelled"}
        assert outcomes.count("passed") >= finished
        finished = outcomes.count("passed")
    assert finished < cells
    with run.started(*args, script=script) as process:
        assert ended(process, 60) == 0
    rows = run.cab.json("results", "--json", "--scripted")
    assert [r["outcome"] for r in rows] == ["passed"] * cells
    run.is_clean()


@pytest.mark.parametrize("number", SIGNALS)
def test_one_signal_stops_all_cells_that_run(run: Run, number: signal.Signals) -> None:
    """Two cells at once are both cancelled by one signal; the third is never begun."""
    with run.started("--attempts", "3", script=DAEMON + "say('here')\nwait()") as process:
        run.hear("here", times=2)
        process.send_signal(number)
        assert ended(process) == 130
    run.is_clean()
    assert [r.outcome for r in run.results()] == ["cancelled", "cancelled"]


def test_a_signal_while_the_grader_runs(run: Run) -> None:
    """The code under test hangs: the grader is ended too, and the cell is cancelled, no grader broke."""
    say, go = (str(run.cab.cwd / name) for name in ("say", "go"))
    code = f"\nopen({say!r}, 'w').write('judged' + chr(10))\nopen({go!r}).read(1)\n"
    with run.started("--attempts", "1", script=f"open('stock.py', 'a').write({code!r})") as process:
        run.hear("judged")
        process.send_signal(signal.SIGINT)
        assert ended(process) == 130
    run.is_clean()
    assert [(r.outcome, r.why) for r in run.results()] == [("cancelled", "the run was interrupted")]


def test_a_terminal_that_closes(run: Run) -> None:
    """The terminal goes away under a run that shows its progress there: it cleans up and ends."""
    theirs, ours = os.openpty()

    def take_terminal() -> None:
        fcntl.ioctl(ours, termios.TIOCSCTTY, 0)

    places = {"stdin": ours, "stdout": ours, "stderr": ours, "start_new_session": True}
    with run.started(
        "--attempts", "2", script="say('here')\nwait()", preexec_fn=take_terminal, **places
    ) as process:
        os.close(ours)
        run.hear("here", times=2)
        os.close(theirs)
        assert ended(process) == 130
    run.is_clean()
    assert [r.outcome for r in run.results()] == ["cancelled", "cancelled"]


@pytest.mark.parametrize("number", SIGNALS)
def test_what_is_ignored_at_the_start_stays_ignored(run: Run, number: signal.Signals) -> None:
    """Below nohup, or in the background of a script, a run goes on to its verdict."""

    def ignore() -> None:
        signal.signal(number, signal.SIG_IGN)

    script = "fix()\nsay('here')\nwait()"
    with run.started("--attempts", "1", script=script, preexec_fn=ignore) as process:
        run.hear("here")
        process.send_signal(number)
        run.go_on()
        assert ended(process, 30) == 0
    assert [r.outcome for r in run.results()] == ["passed"]


STUBBORN = """
signal.signal(signal.SIGTERM, lambda *_: say('asked'))
say('here')
while True: time.sleep(60)
"""


@pytest.mark.parametrize("second", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("first", SIGNALS)
def test_a_second_signal_ends_cab_at_once(run: Run, first: signal.Signals, second: signal.Signals) -> None:
    """An agent takes its time to end; who asks twice does not wait for it, and it dies all the same."""
    with run.started("--attempts", "1", script=STUBBORN) as process:
        run.hear("here")
        process.send_signal(first)
        run.hear("asked")
        process.send_signal(second)
        assert ended(process) == -second  # having cleaned up, it would have ended with 130
        start = time.monotonic()
        while run.processes():
            assert time.monotonic() - start < WITHIN_S


@pytest.mark.parametrize("first", SIGNALS)
def test_a_terminal_hangs_up_more_than_once(run: Run, first: signal.Signals) -> None:
    """A SIGHUP after the first signal does not end the cleaning up: shell and kernel both send one."""
    with run.started("--attempts", "1", script=STUBBORN) as process:
        run.hear("here")
        process.send_signal(first)
        run.hear("asked")
        for _ in range(3):
            process.send_signal(signal.SIGHUP)
        assert ended(process, 20) == 130
    run.is_clean()
    assert [r.outcome for r in run.results()] == ["cancelled"]
