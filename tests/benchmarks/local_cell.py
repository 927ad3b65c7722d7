"""What a do-nothing cell in runtime `local` costs a processor, beside its two programs alone, interleaved.

    python -m tests.benchmarks.local_cell [--rounds 15]

Counted is what the runner takes and all that it starts. Prints medians; no figure decides pass or fail.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from cab_core import Job, Launch
from cab_core.gateway.models import Model
from cab_core.gateway.server import Gateway
from cab_core.plugins.registry import Plugins
from cab_core.run.cell import run_cell
from cab_core.run.planned import RunContext
from cab_core.run.upstreams import SharedUpstreams
from cab_core.runtimes.local import LocalRuntime
from cab_core.store.cells import Store
from cab_core.tasks.programs import program_environment
from tests.support.puppet import Puppet, find_task, plan_one

TASK = find_task("mutations/py-stock-reorder")
CALL = """
body='{"model": "scripted:null", "messages": [{"role": "user", "content": "hello"}]}'
exec curl -s -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -d "$body" $ENDPOINT/chat/completions
"""


class Caller(Puppet):
    """Calls the model once, by curl: next to nothing that is not cab's."""

    def launch(self, job: Job) -> Launch:
        """Return the call."""
        return Launch(argv=("sh", "-c", CALL), env={"ENDPOINT": job.endpoint, "TOKEN": job.token})


def processor_ms(work: Callable[[], object]) -> tuple[float, float]:
    """Return the milliseconds that this process and those below it take for `work()`."""

    def used(who: int) -> float:
        found = resource.getrusage(who)
        return (found.ru_utime + found.ru_stime) * 1000

    before = [used(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    work()
    own, below = (
        used(who) - b for who, b in zip((resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN), before, strict=True)
    )
    return own, below


def bare(tree: Path, tests: Path, url: str) -> None:
    """Run the cell's two programs; nobody knows the token, so the answer is a refusal."""
    env = {**program_environment(), "ENDPOINT": url, "TOKEN": "nobody's"}
    subprocess.run(["sh", "-c", CALL], env=env, check=True, capture_output=True)
    subprocess.run(["python3", "-I", tests / "driver.py", tree], env=env, check=True, capture_output=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    root = Path(TASK.section("tests")[0].source).parents[1]
    with tempfile.TemporaryDirectory() as base, Gateway() as gateway:
        context = RunContext(
            store=Store(Path(base, "runs")),
            gateway=gateway,
            scorers=Plugins().scorers(),
            upstream_of=SharedUpstreams(),
        )
        model = Model(id="scripted:null", scripted="null")
        plans = [
            plan_one(Caller(""), TASK, model, LocalRuntime(), sweep_id=f"b{n}") for n in range(rounds + 2)
        ]

        def cell() -> None:
            assert run_cell(plans.pop(), context)[1].outcome == "failed"

        def programs() -> None:
            bare(root / "workdir", root / "tests", gateway.url)

        cell(), programs(), cell()
        pairs = [(processor_ms(cell), processor_ms(programs)) for _ in range(rounds)]
    own, below, alone = (
        statistics.median(found) for found in zip(*((*c, sum(p)) for c, p in pairs), strict=True)
    )
    ratio = statistics.median(sum(c) / sum(p) for c, p in pairs)
    print(f"a cell: {own:.0f} ms of the runner and {below:.0f} ms below it; its programs alone {alone:.0f} ms, "
          f"median ratio {ratio:.2f}")  # fmt: skip


if __name__ == "__main__":
    main()
