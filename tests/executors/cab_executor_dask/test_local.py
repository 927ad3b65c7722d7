"""`--executor dask` without a scheduler: worker processes of this machine."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cab_executor_dask.cluster import _local
from distributed import LocalCluster

from tests.conftest import Cab
from tests.support import tiny
from tests.support.background import Run

DASK = ("--executor", "dask", "--wall", "120")
CELL = "say('up'); wait(); fix()"


@pytest.fixture
def run(cab: Cab, distribution: Callable[..., str]) -> Run:
    """A run in the background whose agents wait for the test."""
    cab.find_plugins(distribution("cab-tiny", tiny.PLUGIN))
    found = Run(cab)
    found.patience_s = 90  # each worker imports all of Dask and of cab
    return found


def workers(runner: subprocess.Popen[str]) -> list[int]:
    """Return the worker processes of a runner."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            line = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if parent == runner.pid and b"spawn_main" in line:
            found.append(int(process.name))
    return sorted(found)


def wait_until(holds: Callable[[], bool], seconds: float = 30) -> None:
    """Look until something holds that nobody tells."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@contextlib.contextmanager
def _held(port: int) -> Iterator[None]:
    """Hold a port, unless another does."""
    with socket.socket() as taken:
        with contextlib.suppress(OSError):
            taken.bind(("127.0.0.1", port))
            taken.listen()
        yield


def test_the_cluster_serves_no_page(tmp_path: Path) -> None:
    """Two at once are not in each other's way, and an agent on this machine reads nothing of it over HTTP."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # of a port that another has
        with _held(8787), _local(1, {}, tmp_path) as client:
            services = [w["services"] for w in client.scheduler_info()["workers"].values()]
            assert isinstance(client.cluster, LocalCluster)
            for port in (client.cluster.scheduler.http_server.port, *(s["dashboard"] for s in services)):
                with pytest.raises(urllib.error.HTTPError, match="404"):
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/health")


def test_a_killed_worker_s_cell_runs_elsewhere(run: Run) -> None:
    """Every cell is there once and valid, none was run again after it had finished, and nothing is left."""
    args = ("--json", "--attempts", "3", *DASK)
    with run.started(*args, script=CELL, stdout=subprocess.PIPE) as runner:
        run.hear("up", 2)
        os.kill(workers(runner)[0], signal.SIGKILL)
        run.hear("up", 3)  # the lost cell, on the worker that is left or on a new one
        for _ in range(3):
            run.go_on()
        run.hear("up", 4)
        run.go_on()
        said, _ = runner.communicate(timeout=60)
    events = [json.loads(line) for line in said.splitlines()]
    print(said)
    assert runner.returncode == 0
    assert [r.outcome for r in run.results()] == ["passed"] * 3
    assert len({r.cell.key for r in run.results()}) == 3
    started = Counter(e["number"] for e in events if e["event"] == "started")
    assert sorted(started.values()) == [1, 1, 2]
    assert all(e["worker"] for e in events if e["event"] in ("started", "finished"))
    run.is_clean()


@pytest.mark.prove
@pytest.mark.timeout(300)
def test_a_run_that_is_stopped_keeps_what_was_spent_and_goes_on(run: Run) -> None:
    """Ctrl-C at the terminal ends the cells in good order; the same command runs them and no others again."""
    with run.started("--attempts", "3", *DASK, script=CELL, start_new_session=True) as runner:
        run.hear("up", 2)
        run.go_on()
        run.hear("up", 3)
        os.killpg(runner.pid, signal.SIGINT)  # as a terminal does: to all that is in its foreground
        _, said = runner.communicate(timeout=60)
    assert runner.returncode == 130, said
    assert sorted(r.outcome for r in run.results()) == ["cancelled", "cancelled", "passed"]
    assert [r.tokens.total for r in run.results()] == [20] * 3
    run.is_clean()
    run.forget()
    with run.started("--attempts", "3", *DASK, script="call(); fix()") as runner:
        assert runner.wait(60) == 0
    outcomes = Counter((r.cell.attempt, r.outcome) for r in run.results())
    assert outcomes == {
        **{(n, "passed"): 1 for n in (1, 2, 3)},
        **{(r.cell.attempt, "cancelled"): 1 for r in run.results() if r.outcome == "cancelled"},
    }
    run.is_clean()


@pytest.mark.prove
@pytest.mark.timeout(300)
def test_nothing_outlives_a_killed_runner(run: Run) -> None:
    """Its workers end with it, and their agents; the same command goes on."""
    with run.started("--attempts", "2", *DASK, script=CELL) as runner:
        run.hear("up", 2)
        runner.kill()
        runner.wait()
        wait_until(lambda: run.processes() == [])
    with run.started("--attempts", "2", *DASK, script="fix()") as runner:
        assert runner.wait(60) == 0
    assert [r.outcome for r in run.results()] == ["passed"] * 2
    run.is_clean()


@pytest.mark.prove
@pytest.mark.timeout(300)
def test_a_cell_that_kills_its_workers_is_given_up(run: Run) -> None:
    """After three, by name, as trouble of a worker; the others are run."""
    with run.started("-j", "1", *DASK, script=CELL) as runner:
        for n in range(3):
            run.hear("up", n + 1)
            os.kill(workers(runner)[0], signal.SIGKILL)
        _, said = runner.communicate(timeout=90)
    assert runner.returncode == 1, said
    [result] = run.results()
    assert result.outcome == "infra_worker" and "3 workers died while they ran it" in result.why
    run.is_clean()


@pytest.mark.prove
@pytest.mark.timeout(600)
def test_every_cell_is_there_once_however_many_workers_die(run: Run) -> None:
    """Six workers of a sweep are killed, one whenever some cells have ended: none of those is run again."""
    args = ("--json", "--attempts", "30", *DASK)
    ended: Counter[int] = Counter()
    with run.started(*args, script="call(); time.sleep(0.3); fix()", stdout=subprocess.PIPE) as runner:
        assert runner.stdout is not None
        for line in runner.stdout:
            event = json.loads(line)
            if event["event"] == "started":
                assert event["number"] not in ended
            if event["event"] == "finished":
                ended[event["number"]] += 1
                if len(ended) % 4 == 0 and len(ended) < 25:
                    os.kill(workers(runner)[-1], signal.SIGKILL)
        assert runner.wait(60) == 0
    assert ended == Counter(range(1, 31))
    assert Counter(r.outcome for r in run.results()) == {"passed": 30}
    run.is_clean()
