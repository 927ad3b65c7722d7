"""What a cell costs beside the same containers by bare SDK calls, interleaved in one run.

    python -m tests.benchmarks.docker_overhead [--rounds 15] [--wide]

A do-nothing cell: the agent calls a scripted model once and ends, the grader judges one command;
everything is written. The bare side runs the same two containers with the same image, mounts and
limits, and the same programs in them. Prints medians and ratios; no figure decides pass or fail.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from cab_core.gateway.models import Model
from cab_core.gateway.scripted.personas import PERSONAS, ScriptContext
from cab_core.gateway.scripted.upstream import ScriptedUpstream
from cab_core.gateway.server import Gateway
from cab_core.gateway.session import CellSession, new_token
from cab_core.plugins.protocols import StopSignal
from cab_core.plugins.registry import Plugins
from cab_core.records import Installation, Limits, Process, Sandbox
from cab_core.run.cell import run_cell
from cab_core.run.planned import PlannedCell, RunContext
from cab_core.run.upstreams import SharedUpstreams
from cab_core.runtimes.docker.bind import bind_mounted
from cab_core.runtimes.docker.engine import client
from cab_core.runtimes.docker.images import tools_image
from cab_core.runtimes.docker.runtime import DockerRuntime, creation, image_of
from cab_core.store.cells import Store
from cab_core.workdir.materialise import materialise
from tests.support.puppet import PRELUDE, Puppet, find_task, plan_one
from tests.support.wire import CHAT

TASK = find_task("mutations/py-stock-reorder")
ENDPOINT = "http://127.0.0.1:31415/v1"


def planned(installation: Installation, number: int) -> PlannedCell:
    """Return a cell that calls the model once and changes nothing."""
    return plan_one(
        Puppet("call()"),
        TASK,
        Model(id="scripted:null", scripted="null"),
        DockerRuntime(),
        installation=installation,
        sweep_id=f"b{number}",
    )


def bare_container(create: dict[str, Any]) -> None:
    """Create, attach, start, wait for, remove: nothing else."""
    api = client()
    container = api.create_container(**create)["Id"]
    stream = api.attach(container, stream=True, logs=False)
    api.start(container)
    for _ in stream:
        pass
    assert api.wait(container)["StatusCode"] == 0
    api.remove_container(container, v=True)


class Bare:
    """The two containers of a cell, laid out once."""

    def __init__(self, scratch: Path, gateway: Gateway, installation: Installation) -> None:
        runtime = DockerRuntime()
        for name in ("work", "home", "tmp", "gate", "tree", "tests", "out"):
            (scratch / name).mkdir(parents=True)
        materialise(TASK.section("workdir"), scratch / "work")
        materialise(TASK.section("workdir"), scratch / "tree")
        materialise([f for f in TASK.section("tests") if f.path != "expected.txt"], scratch / "tests")
        (scratch / "home/script.py").write_text(PRELUDE + "call()")
        token = new_token()
        context = ScriptContext(doc=TASK.task.doc, solution={}, dialect=Puppet(""), job=None)  # type: ignore[arg-type]
        session = CellSession(
            protocol=CHAT, token=token, model="m", upstream=ScriptedUpstream("m", PERSONAS["null"], context),
            limits=Limits(wall_s=9999), record=scratch / "calls.jsonl", stop=StopSignal(),
        )  # fmt: skip
        gateway.open(session, scratch / "gate/model.sock")
        agent = Sandbox(
            scratch=str(scratch), mounts=dict.fromkeys(("work", "home", "tmp"), True), role="agent",
            installation=installation, socket=str(scratch / "gate/model.sock"),
        )  # fmt: skip
        grader = Sandbox(
            scratch=str(scratch), role="grader", installation=installation,
            mounts={"tree": True, "tests": False, "out": True, "home": True, "tmp": True},
        )  # fmt: skip
        env = {"ENDPOINT": ENDPOINT, "TOKEN": token, "MODEL": "m"}
        run = Process(argv=("python3", "/home/agent/script.py"), cwd="/work", timeout_s=30, env=env, tty=True)
        judge = Process(argv=("python3", "-I", "/tests/driver.py", "/tree"), cwd="/tree", timeout_s=30)
        self.creations = []
        for sandbox, process in ((agent, run), (grader, judge)):
            with bind_mounted(sandbox) as mounts:
                self.creations.append(creation(image_of(sandbox), sandbox, process, mounts))
        assert runtime.inside(scratch, "work") == "/work"

    def __call__(self) -> None:
        for arguments in self.creations:
            bare_container(arguments)


def timed(work: Any) -> float:
    """Return the seconds that `work()` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def at_width(work: Any, width: int, count: int = 16) -> float:
    """Return the seconds that `count` times `work(n)` take, `width` at once."""
    with ThreadPoolExecutor(width) as pool:
        return timed(lambda: list(pool.map(work, range(count))))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--wide", action="store_true", help="16 cells at -j 2 and -j 4 too")
    args = parser.parse_args()
    image = tools_image(TASK.task.doc.grade.requires, print)
    installed = Installation(name="puppet", version="1", reported="p", image=image.name, image_id=image.id)
    with tempfile.TemporaryDirectory() as base, Gateway() as gateway:
        context = RunContext(
            store=Store(Path(base, "runs")), gateway=gateway, scorers=Plugins().scorers(),
            upstream_of=SharedUpstreams(),
        )  # fmt: skip
        bare = Bare(Path(base, "bare"), gateway, installed)

        def cell(number: int) -> None:
            assert run_cell(planned(installed, number), context)[1].outcome == "failed"

        for number in range(3):
            bare()
            cell(number)
        pairs = [(timed(bare), timed(lambda n=n: cell(100 + n))) for n in range(args.rounds)]
        ratio = statistics.median(c / b for b, c in pairs)
        print(f"one at a time: bare {statistics.median(b for b, _ in pairs) * 1000:.0f} ms, "
              f"cell {statistics.median(c for _, c in pairs) * 1000:.0f} ms, median ratio {ratio:.2f}")  # fmt: skip
        for width in (2, 4) if args.wide else ():
            b = at_width(lambda _: bare(), width)
            c = at_width(lambda n, w=width: cell(1000 * w + n), width)
            print(f"16 at -j {width}: bare {b:.1f} s, cells {c:.1f} s, ratio {c / b:.2f}")


if __name__ == "__main__":
    main()
