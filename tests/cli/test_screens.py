"""What a terminal of 60, 80 and 120 columns shows of a matrix of twelve cells, from its start to its end.

`CAB_SCREENS=DIR` keeps the screens as text files there, to be looked at.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import CAB, Cab
from tests.support.background import TALK, Run
from tests.support.endpoint import Endpoint
from tests.support.often import rows
from tests.support.tiny import PLUGIN
from tests.support.tmux import NO_TMUX, Terminal

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(NO_TMUX, reason="there is no tmux"),
]
MATRIX = (
    "run", "--tui", "tiny", "--model", "scripted:null", "--task", "mutations/py-[!bt]*", "--attempts", "2",
    "-j", "2", "--wall", "77", "--model-param", "temperature=0.5",
)  # fmt: skip
AGENT = TALK + "say('here')\nwait()\ncall()\nif os.path.exists('stock.py'): fix()\n"
HEIGHT = 120  # lines: no scrolling back, whatever folds
SIZES = [60, 80, 120]
STOPPING = "stopping: 2 cells under way are ended; what has a verdict is kept; Ctrl-C again ends at once"


@pytest.fixture
def run(cab: Cab, distribution: Callable[..., str]) -> Run:
    """A run of the CLI `tiny`, whose agents wait between their two calls."""
    cab.find_plugins(distribution("cab-tiny", PLUGIN))
    found = Run(cab)
    cab.env["SCRIPT"] = AGENT
    return found


@contextmanager
def shown(run: Run, width: int, name: str, *argv: str) -> Iterator[Terminal]:
    """Run the matrix, or a command, in a terminal; print its screens and keep them where they are wanted."""
    terminal = Terminal(f"cab-test-{os.getpid()}", width, HEIGHT)
    env = {**run.cab.env, "TERM": "screen-256color", "PATH": f"{CAB.parent}:{os.environ['PATH']}"}
    try:
        with terminal.running(argv or ["cab", *MATRIX], run.cab.cwd, env):
            yield terminal
    finally:
        for title, screen in terminal.screens.items():
            print(f"--- {width} columns, {title}\n{screen}")
            if kept := os.environ.get("CAB_SCREENS"):
                Path(kept).mkdir(parents=True, exist_ok=True)
                (Path(kept) / f"{width}-{name}-{title}.txt").write_text(screen + "\n")


def let_end(run: Run, cells: int) -> None:
    """Let so many cells come to their end."""
    for _ in range(cells):
        run.go_on()


@pytest.mark.parametrize("width", rows(SIZES, often=(80,)))
def test_a_run_that_is_interrupted_and_goes_on(run: Run, width: int) -> None:
    """Start, middle, Ctrl-C, and the printed command, which brings the same cells to their end."""
    with shown(run, width, "first") as terminal:
        run.hear("here", times=2)
        start = terminal.wait("start", two_wait)
        assert "0/12  0 passed  0 failed  40 tokens\n" in start  # nothing is known of the time yet
        let_end(run, 5)
        middle = terminal.wait("middle", lambda screen: "[5/12]" in screen and two_wait(screen))
        assert re.search(r"5/12  0 passed  5 failed  240 tokens\s+about 0:\d\d left", middle)
        terminal.type("C-c")
        terminal.see("after-ctrl-c", "exit 130", "Go on with:")
        said = terminal.unwrapped()
    assert STOPPING in " ".join(said.split())
    assert "5 failed  240 tokens" not in said, "what moved is left on the screen"
    assert "12 cells: 0 passed, 5 failed, 2 left out, 240 tokens, 5 not run." in " ".join(said.split())
    go_on = said.partition("Go on with: ")[2].partition("\n")[0]
    with shown(run, width, "second", "sh", "-c", go_on) as terminal:
        let_end(run, 7)
        terminal.see("end", "exit 0")
        said = " ".join(terminal.unwrapped().split())
    assert "12 cells: 2 passed, 10 failed" in said and "5 of 12 cells: done before" in said


def two_wait(screen: str) -> bool:
    """Tell whether two cells are under way, each after its first call."""
    return screen.count("after call 1") == 2


@pytest.mark.parametrize("width", SIZES)
def test_an_endpoint_that_asks_for_a_pause(run: Run, endpoint: Endpoint, width: int) -> None:
    """The cells say that their call is throttled, and the counts what was spent until then."""
    price = "price = { input = 100.0, output = 100.0 }"
    (run.cab.cwd / "cab.toml").write_text(f'[models.m]\nendpoint = "{endpoint.url}"\n{price}\n')
    argv = ("cab", "run", "--tui", "tiny", "--model", "m", "--task", "mutations/py-[!bt]*", "-j", "2")
    with shown(run, width, "throttled", *argv) as terminal:
        run.hear("here", times=2)
        endpoint.mode = "429"
        let_end(run, 2)
        screen = terminal.see("throttled", "call 2: throttled, 0:0", "1,050 tokens")
        terminal.type("C-c")
        terminal.see("after-ctrl-c", "exit 130")
    assert "0/6  0 passed  0 failed  2,100 tokens  $0.21" in screen
