"""The command line as a user types it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cab_core import cli
from tests.conftest import CAB, Cab
from tests.support.background import Run
from tests.support.endpoint import KEY, Endpoint
from tests.support.puppet import FIX
from tests.support.tiny import PLUGIN

PAID = ("--tui", "aider", "--model", "m", "--endpoint", "http://127.0.0.1:9/v1", "--task", "mutations/*")
ONE = ("--tui", "aider", "--model", "scripted:oracle", "--task", "mutations/py-lru-cache")
needs_aider = pytest.mark.usefixtures("aider")
TINY = ("--tui", "tiny", "--model", "scripted:null", "--task", "mutations/py-stock-reorder")
TRIES = "runs/local/tiny/scripted~3anull/mutations/py-stock-reorder/@1-local-open/1"


@pytest.fixture
def tiny(cab: Cab, distribution: Callable[..., str]) -> Cab:
    """The command, which finds a CLI that mends its task."""
    cab.find_plugins(distribution("cab-tiny", PLUGIN))
    cab.env["SCRIPT"] = FIX
    return cab


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["rnu"], "did you mean 'run'"),
        (["run", "--tui", "adier", "--model", "scripted:null", "--task", "*"], "did you mean 'aider'"),
        (["run", "--tui", "aider", "--model", "scripted:orcale", "--task", "*"], "did you mean 'oracle'"),
        (["run", "--tui", "aider", "--model", "scripted:null", "--task", "mutations/pi-*"], "unknown task"),
        (["run", "--tui", "aider", "--model", "gpt-x", "--task", "mutations/py-*"], "has no endpoint"),
        (["run", "--tui", "aider"], "give --model, --task"),
        (["run", "nowhere.toml"], "nowhere.toml"),
        (["run", *ONE, "--sweep-id", "\udcff\udcfe"], "sweep_id '\\udcff\\udcfe': expected text in UTF-8"),
        (["run", *PAID, "--model", "\udcff"], "models '\\udcff': expected text in UTF-8"),
        (["run", *ONE, "--model", "m/" * 300], "expected at most 512"),
        (["run", *ONE, "--wall", "inf"], "Infinity is no number in JSON"),
        (["run", *ONE, "--runtime", "dokcer"], "unknown runtime"),
        (["run", *ONE, "--option", "x"], "expected KEY=VALUE"),
        (["run", *ONE, "--option", "edit_formt=diff"], "did you mean 'edit_format'"),
        (["run", *ONE, "--option", "edit_format=vibes"], "is not one of"),
        (["run", *ONE, "--pack", "nowhere"], "no such directory"),
        (["run", *ONE, "--key-env", "NOT_SET_AT_ALL"], "is not set"),
        (["check", "--tui", "aider"], "needs --tui, --model and --task"),
        (["results", "--runs", "nowhere"], "no such directory"),
        (["results", "--runs", ".", "--sweep-id", "nope"], "unknown sweep 'nope'"),
        (["rescore", "--runs", "nowhere"], "no such directory"),
        (["rescore", "--runs", ".", "--sweep-id", "nope"], "unknown sweep 'nope'"),
        (["export", "--atif", "-o", "out", "--runs", "nowhere"], "no such directory"),
        (["compare", "tui=a", "tui=b", "--runs", "nowhere"], "no such directory"),
        (["compare", "tiu=a", "tui=b"], "unknown key 'tiu'; did you mean 'tui'?"),
        (
            ["run-cell", "--tui", "aider", "--model", "scripted:null", "--task", "mutations/*"],
            "runs one task",
        ),
        (["run", "--tui", "aider", "--model", "", "--task", "mutations/*"], "a model id is empty"),
        (["run", *ONE, "--stack", "nosuch"], "a stack file (.toml)"),
        (["run", *PAID, "--max-usd", "1"], "what model 'm' costs"),
        (
            ["run", "--tui", "aider", "--model", "scripted:null", "--task", "mutation/*"],
            "? See `cab tasks list`",
        ),
        (["site", "build", "nowhere"], "no such directory"),
        (["tasks", "lock", "."], "no pack.toml"),
        (["plugins", "info", "adier"], "did you mean 'aider'"),
        (["schema", "sell"], "cell"),
        (["-p", "yes:x", "tasks", "list"], "no:ENTRYPOINT"),
        (["-p", "no:aidr", "tasks", "list"], "unknown plugin 'aidr'; did you mean 'aider'?"),
    ],
)
def test_a_mistake_is_one_message_and_exit_2(
    cab: Cab, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], args: list[str], says: str
) -> None:
    """A user's mistake is exit 2, says what to do, and has no traceback."""
    monkeypatch.chdir(cab.cwd)
    code, said = cli._run(args), capsys.readouterr()
    assert code == 2, said.err
    assert says in said.err and "Traceback" not in said.err


def test_a_mistake_ends_the_command_itself_so(cab: Cab) -> None:
    """As a process: exit 2, the message on stderr, stdout empty."""
    done = cab("rnu")
    assert (done.returncode, done.stdout) == (2, "") and "did you mean 'run'" in done.stderr


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/v1", "http://no-such-host.invalid/v1"])
def test_an_endpoint_that_is_not_there_is_told_before_anything_runs(cab: Cab, url: str) -> None:
    """Nobody answers: exit 1 at once, and no cell was begun."""
    done = cab("run", "--tui", "aider", "--model", "m", "--task", "mutations/py-*", "--endpoint", url)
    assert done.returncode == 1
    assert "cannot be reached" in done.stderr and "Traceback" not in done.stderr
    assert not (cab.cwd / "runs").exists()


@pytest.mark.parametrize("document", ["cell", "task", "sweep"])
def test_schemas_are_printed(cab: Cab, document: str) -> None:
    """`cab schema` prints a JSON Schema."""
    assert cab.json("schema", document)["$schema"].endswith("2020-12/schema")


def test_tasks_are_listed_and_shown(cab: Cab) -> None:
    """`cab tasks list|show` names tasks, what the agent sees and how it is judged, and no solution."""
    assert {t["id"] for t in cab.json("tasks", "list", "--json")} >= {"polyglot/rust-owner-borrow-fix"}
    shown = cab("tasks", "show", "mutations/py-lru-cache").stdout
    assert "cache.py, test_cache.py" in shown and "move_to_end" not in shown


def test_doctor_tells_what_is_there(cab: Cab) -> None:
    """`cab doctor`, and `cab check` without options, look at the machine."""
    found = cab.json("doctor", "--json")
    assert {"ok", "what", "say", "needed", "remedy"} == set(found[0])
    check, doctor = (re.sub(r"\d+", "0", cab(command).stdout) for command in ("check", "doctor"))
    assert check == doctor  # but for numbers: other tests make images meanwhile


def test_a_run_goes_on_where_it_stopped(tiny: Cab) -> None:
    """The same command again runs nothing; another limit is another content key and runs anew."""
    first = tiny("run", *TINY)
    again = tiny("run", *TINY)
    assert first.returncode == again.returncode == 0
    assert "done before" in again.stderr and "done before" not in first.stderr
    other = tiny("run", *TINY, "--wall", "500")
    assert "done before" not in other.stderr
    assert sorted(p.name for p in (tiny.cwd / TRIES).iterdir()) == ["1", "2"]
    lock = (tiny.cwd / "runs/local/sweep.lock.toml").read_text()
    assert 'reported = "1"' in lock


def test_results_and_rescore_and_site(tiny: Cab) -> None:
    """What a run wrote is listed, scored anew without change, and made into pages."""
    done = tiny("run", *TINY)
    assert done.returncode == 0 and "\n1 cell: 1 passed, 0 failed" in done.stdout
    listed = tiny.json("results", "--json", "--scripted")
    assert [row["outcome"] for row in listed] == ["passed"]
    assert {"cell_id", "tui", "model", "task", "stack", "attempt", "outcome", "scores"} <= set(listed[0])
    assert "1 cell scored, 0 changed" in tiny("rescore").stdout
    assert tiny("site", "build", "runs", "-o", "pages").returncode == 0
    page = tiny.cwd / "pages/cell/tiny/scripted~3anull/mutations/py-stock-reorder/index.html"
    assert "&lt;= item" in page.read_text()


@needs_aider
def test_an_interrupt_leaves_nothing_and_the_same_command_goes_on(cab: Cab) -> None:
    """Ctrl-C ends the run in seconds with 130; what was under way is run by the same command again."""
    args = [str(CAB), "run", *ONE[:2], "--model", "scripted:hang", *ONE[4:], "--wall", "60"]
    run = subprocess.Popen(args, cwd=cab.cwd, env=cab.env, stderr=subprocess.PIPE, text=True)
    calls = (
        cab.cwd
        / "runs/local/aider/scripted~3ahang/mutations/py-lru-cache/@0.86.2-local-open/1/1.part/stdout.log"
    )
    deadline = time.monotonic() + 30
    while not (calls.exists() and (calls.parent / "spans.jsonl").stat().st_size):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    run.send_signal(signal.SIGINT)
    _, errors = run.communicate(timeout=20)
    assert run.returncode == 130, errors
    assert "Traceback" not in errors
    assert json.loads((calls.parent.parent / "1" / "cell.json").read_text())["outcome"] == "cancelled"


def test_kill_9_loses_only_the_cell_in_flight(tiny: Cab) -> None:
    """After kill -9 of the runner no process is left and the same command finishes the sweep."""
    run = Run(tiny)
    with run.started("--attempts", "1", script="say('here')\nwait()") as process:
        run.hear("here")
        process.kill()
        process.wait()
    deadline = time.monotonic() + 30
    while run.processes():
        assert time.monotonic() < deadline
    tiny.env["SCRIPT"] = FIX
    assert tiny("run", *TINY).returncode == 0
    assert sorted(p.name for p in (tiny.cwd / TRIES).iterdir()) == ["1.part", "2"]


def test_check_is_provisional_and_keeps_nothing(tiny: Cab, endpoint: Endpoint) -> None:
    """`cab check` with an endpoint prints a provisional score; the key is in nothing that remains."""
    before = sorted(os.listdir(tiny.cwd))
    done = tiny(
        "check", "--tui", "tiny", "--model", "served-1", "--endpoint", endpoint.url, *TINY[4:], CAB_KEY=KEY
    )
    assert done.returncode == 0, done.stderr
    assert "not for citation" in done.stdout and KEY not in done.stdout + done.stderr
    assert sorted(os.listdir(tiny.cwd)) == before


def test_one_runner_per_sweep(cab: Cab) -> None:
    """A second runner of the same sweep is told so, at once."""
    import fcntl

    lock = cab.cwd / "runs/local/.lock"
    lock.parent.mkdir(parents=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        done = cab("run", *ONE)
    assert done.returncode == 2 and "being run by another cab" in done.stderr


def test_hostile_text_is_shown_not_obeyed() -> None:
    """Control characters, escapes and bidi overrides are written out on the terminal."""
    from cab_core.cli.text import one_line, plain

    assert plain("a\x1b[2Jb\u202ec\udcff") == "a\\x1b[2Jb\\u{202e}c\\u{dcff}"
    assert one_line("x" * 500) == "x" * 107 + "..."


@needs_aider
def test_the_demo_is_the_main_job(cab: Cab) -> None:
    """`cab demo` passes with oracle, fails with null, writes pages and says what to do next."""
    done = cab("demo")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("passed") == 2 and done.stdout.count("failed") == 2
    assert "CAB_ENDPOINT" in done.stdout
    assert Path(cab.cwd, "site/index.html").exists()


def test_a_parameter_that_the_cli_cannot_set_is_told(cab: Cab) -> None:
    """Neither the CLI nor its protocol knows it: a mistake, told before the run; so is a value of the wrong kind."""
    (cab.cwd / "sweep.toml").write_text(
        'tuis = ["copilot"]\nmodels = ["scripted:null"]\ntasks = ["mutations/py-*"]\n[model_params]\ntop_q = 1\n'
    )
    done = cab("run", "sweep.toml")
    assert (
        done.returncode == 2
        and "did you mean 'top_k'" in done.stderr
        and "a place for it" in done.stderr.replace("\n", " ").lower()
    )
    told = cab("run", "sweep.toml", "--model-param", "max_tokens=many").stderr
    assert "model parameter max_tokens: expected a whole number above 0, got 'many'" in told.replace(
        "\n", " "
    )


def test_doctor_says_why_docker_cannot_be_used_and_how_to_get_it(cab: Cab) -> None:
    """No engine, none at DOCKER_HOST: each says what to do; nothing of it is needed for every run."""
    nothing = {"PATH": "/nowhere", "DOCKER_CONTEXT": "default", "DOCKER_CONFIG": "/nowhere"}
    told = {f["what"]: f for f in cab.json("doctor", "--json", DOCKER_HOST="unix:///nowhere/docker.sock")}
    assert "unix:///nowhere/docker.sock (DOCKER_HOST): No such file" in told["docker engine"]["say"]
    assert not told["docker engine"]["ok"] and not told["docker engine"]["needed"]
    told = {f["what"]: f for f in cab.json("doctor", "--json", DOCKER_HOST="tcp://127.0.0.1:1", **nothing)}
    assert (
        "tcp://127.0.0.1:1 (DOCKER_HOST): Connection refused; is the address right"
        in told["docker engine"]["say"]
    )
    assert "apt-get install bubblewrap socat" in told["bubblewrap"]["say"]


def test_a_runtime_of_a_third_party_speaks_to_doctor(cab: Cab, distribution: Callable[..., str]) -> None:
    """Its findings stand beside ours; one that raises is told, and the rest is there."""
    code = """
from cab_core import Registration, hookimpl
from cab_core.plugins.protocols import Check
class Base:
    citable = False; networks = ("open",); sockets = False; facts = {}
    def install(self, *a): ...
    def scratch(self): ...
    def inside(self, *a): ...
    def endpoint(self, url): ...
    def run(self, *a): ...
class Good(Base):
    name = "moon"
    def doctor(self): return [Check(what="moon base", ok=False, say="build one")]
class Bad(Base):
    name = "mars"
    def doctor(self): raise RuntimeError("dust")
@hookimpl
def cab_runtimes():
    return [Registration(name="moon", summary="far", factory="cab_runtime_moon:Good"),
            Registration(name="mars", summary="red", factory="cab_runtime_moon:Bad")]
"""
    path = distribution("cab-runtime-moon", code)
    told = {f["what"]: f["say"] for f in cab.json("doctor", "--json", PYTHONPATH=path)}
    assert told["moon base"] == "build one"
    assert "cab-runtime-moon" in told["runtime mars"] and "RuntimeError: dust" in told["runtime mars"]
