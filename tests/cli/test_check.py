"""`cab check`: the endpoint is looked at, then one task is run with what that suggests."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from subprocess import PIPE

import pytest

from tests.conftest import CAB, Cab
from tests.support.model_server import ModelServer
from tests.support.puppet import FIX
from tests.support.tiny import PLUGIN
from tests.support.tmux import NO_TMUX, Terminal

KEY = "sk-check-0123456789-abcdefghij"
LIST = {"/v1/models": {"data": [{"id": "m-1", "max_model_len": 32768}]}}
CELL = ("--tui", "tiny", "--task", "mutations/py-stock-reorder")
MODEL = ("--model", "m-1", "--endpoint")


@pytest.fixture
def serve() -> Iterator[Callable[..., ModelServer]]:
    """Serve a model until the test is over."""
    with ExitStack() as stack:
        yield lambda **how: stack.enter_context(ModelServer(**how).running())


@pytest.fixture
def check(cab: Cab, distribution: Callable[..., str]) -> Cab:
    """The command, with a CLI that calls the model once and mends the task."""
    cab.find_plugins(distribution("cab-tiny", PLUGIN))
    cab.env |= {"SCRIPT": FIX, "CAB_CACHE": str(cab.cwd.parent / "cache")}
    cab.cwd = cab.cwd / "here"
    cab.cwd.mkdir()
    return cab


def test_the_probe_comes_first_and_sets_the_limit(check: Cab, serve: Callable[..., ModelServer]) -> None:
    """Its lines are printed, the cell has the wall limit that it suggests; nothing is kept, no key is shown."""
    server = serve(pages=LIST)
    done = check("check", *CELL, *MODEL, server.url, CAB_KEY=KEY)
    assert done.returncode == 0, done.stdout + done.stderr
    order = [
        "ok   address",
        "ok   models",
        "ok   answer",
        "ok   usage",
        "ok   tools",
        "ok   suggests",
        "passed",
    ]
    places = [done.stdout.index(text) for text in order]
    assert places == sorted(places)
    assert "suggests   --wall 120 -j" in done.stdout and "with --wall 120" in done.stdout
    assert "--wall 120 would do: 3 times as long" in " ".join(done.stdout.split())
    assert "not for citation. Nothing was kept" in done.stdout
    assert f"Bearer {KEY}" in server.keys and KEY not in done.stdout + done.stderr
    assert os.listdir(check.cwd) == []


def test_the_cell_is_kept_where_it_is_wanted(check: Cab, serve: Callable[..., ModelServer]) -> None:
    """Each time anew, with the limits that are given; `cab results` finds it."""
    args = ("check", *CELL, *MODEL, serve(pages=LIST).url, "--runs", "kept", "--no-probe")
    limits = ("--wall", "77", "--max-calls", "5", "--max-tokens", "9000")
    for _ in range(2):
        done = check(*args, *limits)
        assert done.returncode == 0 and "Cell: kept/check/tiny/" in done.stdout, done.stderr
    cells = sorted((check.cwd / "kept").rglob("cell.json"))
    assert [p.parent.name for p in cells] == ["1", "2"]
    assert json.loads(cells[0].read_text())["cell"]["limits"] == {
        "wall_s": 77, "calls": 5, "tokens": 9000, "usd": None,
    }  # fmt: skip
    assert len(check.json("results", "--runs", "kept", "--json")) == 1


def test_json_has_both(check: Cab, serve: Callable[..., ModelServer]) -> None:
    """What the probe found, line by line and as figures, and the cell."""
    found = check.json("check", *CELL, *MODEL, serve(pages=LIST).url, "--json", CAB_KEY=KEY)
    assert found["probe"]["usable"] and found["probe"]["context_tokens"] == 32768
    assert {"what", "ok", "says"} == set(found["probe"]["lines"][0])
    [cell] = found["cells"]
    assert cell["outcome"] == "passed" and cell["provisional"]
    assert KEY not in json.dumps(found)


def test_an_endpoint_that_answers_no_call_runs_nothing(check: Cab, serve: Callable[..., ModelServer]) -> None:
    """Exit 1, with the reason; with --no-probe the cell is run all the same, and says so itself."""
    refused = serve(refuse=lambda _: (401, {"error": {"message": "bad key"}}))
    done = check("check", *CELL, *MODEL, refused.url, CAB_KEY=KEY)
    assert done.returncode == 1 and "BAD  answer" in done.stdout and "No cell was run" in done.stdout
    assert len(refused.asked) == 1
    found = check.json("check", *CELL, *MODEL, refused.url, "--json")
    assert found["cells"] == [] and not found["probe"]["usable"]
    forced = check.json("check", *CELL, *MODEL, refused.url, "--no-probe", "--json")
    assert forced["probe"] is None and forced["cells"][0]["outcome"] == "infra_upstream"


def test_the_probe_alone(check: Cab, serve: Callable[..., ModelServer]) -> None:
    """It wants a model and no more, and its exit code says whether cells can be run."""
    done = check("check", "--probe-only", *MODEL, serve(pages=LIST).url)
    assert done.returncode == 0 and "ok   suggests" in done.stdout and "passed" not in done.stdout
    dead = check("check", "--probe-only", *MODEL, "http://no-such-host.invalid/v1")
    assert dead.returncode == 1 and "BAD  address" in dead.stdout
    assert check.json("check", "--probe-only", *MODEL, serve().url, "--json")["probe"]["usable"]


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("--tui", "tinny", "--task", "mutations/py-stock-reorder"), "did you mean 'tiny'?"),
        (("--tui", "tiny", "--task", "mutations/py-stock-reordr"), "did you mean"),
        (("--tui", "tiny"), "needs --tui, --model and --task together"),
        ((*CELL, "--runs", "/proc/none"), "cannot be written to"),
        ((*CELL, "--max-usd", "1"), "needs to know what model 'm-1' costs"),
        ((*CELL, "--probe-only", "--no-probe"), "needs --model, and no --no-probe"),
    ],
)
def test_mistakes_are_told_before_anything_is_asked(
    check: Cab, serve: Callable[..., ModelServer], args: tuple[str, ...], says: str
) -> None:
    """A name that there is not costs no token."""
    server = serve()
    done = check("check", *args, *MODEL, server.url)
    assert done.returncode == 2 and says in done.stderr, done.stderr
    assert server.keys == []


def test_a_script_has_no_endpoint(check: Cab) -> None:
    """It is said, and the cell is run with the limit of any other."""
    done = check("check", *CELL, "--model", "scripted:null")
    assert done.returncode == 0, done.stderr
    assert "scripted:null is a script" in done.stdout and "with --wall 600" in done.stdout


def test_hostile_words_are_shown_not_obeyed(check: Cab, serve: Callable[..., ModelServer]) -> None:
    """What an endpoint writes reaches the terminal as text."""
    evil = "\x1b[2Jgone\u202e"
    refused = (500, {"error": {"message": evil}})
    done = check(
        "check", "--probe-only", *MODEL, serve(model=evil, pages={"/v1/models": {"data": [{"id": evil}]}}).url
    )
    assert done.returncode == 0 and "\x1b" not in done.stdout and "\\x1b[2Jgone\\u{202e}" in done.stdout
    done = check("check", "--probe-only", *MODEL, serve(refuse=lambda _: refused).url)
    assert done.returncode == 1 and "\x1b" not in done.stdout


@pytest.mark.slow
@pytest.mark.skipif(NO_TMUX, reason="there is no tmux")
@pytest.mark.parametrize("width", [60, 120])
def test_a_terminal(check: Cab, serve: Callable[..., ModelServer], width: int) -> None:
    """What is waited for moves with its seconds; lines are folded between words, the rest indented."""
    server = serve(pages=LIST, pace_s=0.05)
    env = {**check.env, "TERM": "screen-256color", "PATH": f"{CAB.parent}:{os.environ['PATH']}"}
    terminal = Terminal(f"cab-test-check-{os.getpid()}", width, 120)
    argv = ["cab", "check", *CELL, *MODEL, server.url]
    with terminal.running(argv, Path(check.cwd), env):
        terminal.see("waiting", "waiting for a streamed answer, ")
        end = terminal.see("end", "exit 0", within_s=60)
    print(end)
    assert "waiting for" not in end
    assert ("\n" + " " * 16) in end  # what goes on in the next line
    assert terminal.width == width and all(len(line) <= width for line in end.splitlines())


@pytest.mark.parametrize("after", [0, 5])
def test_an_interrupt_ends_it_at_once(check: Cab, serve: Callable[..., ModelServer], after: int) -> None:
    """While one call is waited for, and while several are: 130, and no trace of it."""
    calls, hangs, server = count(), threading.Event(), None

    def refuse(_: object) -> None:
        if next(calls) >= after:
            hangs.set()
            server.released.wait(60)

    server = serve(refuse=refuse)
    args = [str(CAB), "check", "--probe-only", *MODEL, server.url]
    with subprocess.Popen(args, cwd=check.cwd, env=check.env, stdout=PIPE, stderr=PIPE, text=True) as run:
        assert hangs.wait(60)
        run.send_signal(signal.SIGINT)
        _, errors = run.communicate(timeout=20)
    assert run.returncode == 130 and "Traceback" not in errors, errors


@pytest.mark.parametrize("option", ["--tui", "--model", "--task"])
def test_of_two_none_is_dropped(cab: Cab, option: str) -> None:
    """`cab run` takes several; here that is a mistake, which names them."""
    done = cab("check", option, "one", option, "other")
    assert done.returncode == 2 and "takes one, got 2: one, other" in " ".join(done.stderr.split())
