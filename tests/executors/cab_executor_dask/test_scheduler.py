"""`--scheduler ADDRESS`: workers that somebody else started, with an environment of their own."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cab_core.records import CellResult
from cab_core.store.reading import read_json
from tests.conftest import Cab
from tests.support import tiny
from tests.support.cluster import Cluster, cluster
from tests.support.endpoint import KEY, Endpoint, Handler

ONE = ("--tui", "tiny", "--task", "mutations/py-stock-reorder", "--executor", "dask")
SCRIPTED = (*ONE, "--model", "scripted:null")


class Counting(Endpoint):
    """Knows how many calls were under way at once, at most; each takes a moment."""

    def __init__(self) -> None:
        super().__init__()
        self.lock, self.inside, self.most = threading.Lock(), 0, 0

    def answer(self, handler: Handler, mode: str, request: dict) -> None:
        """Answer in a while, so that others could come."""
        with self.lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        self.released.wait(0.2)
        with self.lock:
            self.inside -= 1
        super().answer(handler, mode, request)


@pytest.fixture
def dask(cab: Cab, distribution: Callable[..., str]) -> Iterator[Cluster]:
    """A scheduler whose workers know the test's CLI; keys are not in their environment."""
    cab.find_plugins(distribution("cab-tiny", tiny.PLUGIN))
    with cluster(cab.cwd / "dask", cab.env) as running:
        cab.env["CAB_SCHEDULER"] = running.address
        yield running


def results(runs: Path) -> list[CellResult]:
    """Return what is there, by attempt."""
    found = [read_json(path, CellResult) for path in runs.rglob("cell.json")]
    return sorted(found, key=lambda r: r.cell.attempt)


@pytest.mark.prove
@pytest.mark.timeout(300)
def test_a_worker_that_is_another_gets_no_more_cells(cab: Cab, dask: Cluster) -> None:
    """The difference is named, the other worker runs the rest, and nothing is run as something else."""
    dask.worker("other", CAB_DISABLE_PLUGINS="scorers")
    dask.worker("same")
    dask.wait(2)
    done = cab("run", *SCRIPTED, "--attempts", "6", "--json")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    [lost] = [r for r in results(cab.cwd / "runs") if r.outcome == "infra_worker"]
    assert done.returncode == 1, done.stderr
    assert lost.why.startswith("worker other: plugin scorers is disabled there"), lost.why
    ran = Counter(e["worker"] for e in events if e["event"] == "finished")
    assert ran == {"same": 5, None: 1}


@pytest.mark.prove
@pytest.mark.timeout(300)
def test_a_worker_without_the_cli_is_told_of_once(cab: Cab, dask: Cluster) -> None:
    """Though each of its places had a cell; what it lacks is named, and the other worker runs the rest."""
    dask.worker("poor", 2, PYTHONPATH="")
    dask.worker("same")
    dask.wait(2)
    done = cab("run", *SCRIPTED, "--attempts", "6")
    assert done.returncode == 1 and done.stderr.count("it gets no more cells of this run") == 1, done.stderr
    assert "worker poor: plugin cab_tiny is missing there, and cab-tiny" in " ".join(done.stderr.split())
    assert 4 <= sum(r.outcome == "failed" for r in results(cab.cwd / "runs")) <= 5


@pytest.mark.prove
@pytest.mark.timeout(300)
def test_an_endpoint_s_budget_is_all_workers_together(cab: Cab, dask: Cluster) -> None:
    """Four places on two workers never have more calls under way than cab.toml allows."""
    endpoint = Counting()
    (cab.cwd / "cab.toml").write_text(f'[endpoints."{endpoint.url}"]\ncalls_at_once = 2\n')
    for name in ("one", "two"):
        dask.worker(name, 2, SCRIPT="call(); call()")
    dask.wait(2)
    with endpoint.running():
        done = cab(
            "run",
            *ONE,
            "--model",
            "m",
            "--endpoint",
            endpoint.url,
            "--attempts",
            "6",
            "--json",
            SCRIPT="call(); call()",
        )
    ran = {json.loads(line).get("worker") for line in done.stdout.splitlines() if "finished" in line}
    assert (done.returncode, len(endpoint.requests), ran) == (0, 12, {"one", "two"}), done.stderr
    assert endpoint.most == 2


@pytest.mark.prove
@pytest.mark.timeout(300)
def test_a_key_is_of_the_worker_s_environment(cab: Cab, dask: Cluster, endpoint: Endpoint) -> None:
    """Where it is missing its variable is named; where it is there it is used, and it is written nowhere."""
    dask.worker("poor")
    dask.wait(1)
    asked = (*ONE, "--model", "m", "--endpoint", endpoint.url, "--key-env", "MY_KEY")
    done = cab("run", *asked, MY_KEY=KEY)
    assert (
        done.returncode == 1
        and "worker poor: the key that the runner has: the environment variable MY_KEY is not set"
        in " ".join(done.stderr.split())
    )
    dask.worker("rich", MY_KEY=KEY)
    dask.wait(2)
    done = cab("run", *asked, "--attempts", "3", MY_KEY=KEY)
    assert "failed" in {r.outcome for r in results(cab.cwd / "runs")}, done.stderr
    assert {headers["authorization"] for headers in endpoint.headers} == {f"Bearer {KEY}"}
    for path in cab.cwd.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path


def test_a_key_on_the_command_line_goes_nowhere(cab: Cab) -> None:
    """It is refused before anything else, with what to do."""
    done = cab(
        "run",
        *ONE,
        "--model",
        "m",
        "--endpoint",
        "http://127.0.0.1:9/v1",
        "--key",
        KEY,
        "--scheduler",
        "tcp://127.0.0.1:9",
    )
    assert done.returncode == 2 and "--key-env NAME" in done.stderr and KEY not in done.stderr


def test_no_scheduler_is_a_user_s_mistake(cab: Cab) -> None:
    """It is told with its address and what was expected, and nothing is planned."""
    done = cab("run", *SCRIPTED, "--scheduler", "no-address", "--sweep-id", "x")
    assert done.returncode == 2 and "scheduler no-address: no Dask scheduler answers" in done.stderr
    assert not (cab.cwd / "runs/x").exists() and "Traceback" not in done.stderr


def test_a_scheduler_is_dask_s(cab: Cab) -> None:
    """Another executor has no such setting."""
    done = cab(
        "run", *SCRIPTED[:-2], "--model", "scripted:null", "--executor", "local", "--scheduler", "tcp://h:1"
    )
    assert done.returncode == 2 and "--executor dask has one" in done.stderr, done.stderr
