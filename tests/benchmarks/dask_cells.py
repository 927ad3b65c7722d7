"""Cells that wait, on two Dask workers and on one, and what an executor itself costs a processor for each cell.

    python -m tests.benchmarks.dask_cells [--cells 24] [--waits 1.5] [--rounds 3]

Workers are there before a round begins. Each round is a run with one worker and one with both, of cells whose
agent waits as one does for a model; the ratio is told of each round. The cost is the processor time of all
processes for cells that do not wait, by `dask` and by `local`, one worker and one thread, beside each other.
No figure decides pass or fail.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cab_core.testing.tiny import write_tiny_pack
from tests.conftest import CAB
from tests.support import tiny
from tests.support.cluster import Cluster, cluster

_HERTZ = os.sysconf("SC_CLK_TCK")


class Sweeps:
    """Runs sweeps below a directory, each under an id of its own."""

    def __init__(self, root: Path) -> None:
        self.root, self.count = root, 0
        write_tiny_pack(root / "pack")
        (root / "tiny.py").write_text(tiny.PLUGIN)
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("CAB_")}
        self.env["DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED"] = "False"  # as the how-to has it

    def run(self, cells: int, *args: str, script: str) -> tuple[float, float]:
        """Return the seconds from the first cell's start to the last one's end, and those of a processor."""
        self.count += 1
        argv = [
            str(CAB),
            "--plugin",
            str(self.root / "tiny.py"),
            "run",
            "--tui",
            "tiny",
            "--model",
            "scripted:null",
        ]
        argv += [
            "--pack",
            str(self.root / "pack"),
            "--task",
            "tiny/*",
            "--sweep-id",
            f"s{self.count}",
            "--attempts",
            str(cells),
            "--json",
            *args,
        ]
        before = os.times()
        process = subprocess.Popen(
            argv, cwd=self.root, env={**self.env, "SCRIPT": script}, stdout=subprocess.PIPE, text=True
        )
        started, ended = 0.0, 0.0
        assert process.stdout is not None
        for line in process.stdout:
            if '"event":"started"' in line and not started:
                started = time.monotonic()
            if '"event":"finished"' in line:
                ended = time.monotonic()
        assert process.wait() == 0, "the run failed"
        after = os.times()
        below = after.children_user + after.children_system - before.children_user - before.children_system
        return ended - started, below


def used(pid: int) -> float:
    """Return the processor seconds of a process and of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / _HERTZ


def rates(sweeps: Sweeps, dask: Cluster, cells: int, waits: float, rounds: int) -> None:
    """Print cells a second with one worker and with two, in turn."""
    script = f"import time; call(); time.sleep({waits})"
    one = dask.worker("one", SCRIPT=script)
    second = dask.worker("two", SCRIPT=script)
    dask.wait(2)
    to = ("--executor", "dask", "--scheduler", dask.address)
    sweeps.run(2, *to, script=script)  # what is imported and installed once
    ratios = []
    for _ in range(rounds):
        alone, _ = sweeps.run(cells, *to, "-j", "1", script=script)
        both, _ = sweeps.run(cells, *to, script=script)
        ratios.append(alone / both)
        print(
            f"  one place {cells / alone:.2f} cells/s, two workers {cells / both:.2f} cells/s: {alone / both:.2f} times",
            flush=True,
        )
    print(f"median ratio {statistics.median(ratios):.2f} (of cells that wait {waits:g} s)")
    for worker in (one, second):
        worker.kill()
        worker.wait()


def cost(sweeps: Sweeps, dask: Cluster, cells: int) -> None:
    """Print what a further cell costs: the difference of a long run and a short one."""
    worker = dask.worker("cost", SCRIPT="call()")
    dask.wait(1)
    to = ("--executor", "dask", "--scheduler", dask.address)
    sweeps.run(2, *to, script="call()")
    there = [worker.pid, dask.scheduler.pid]

    def by_dask(n: int) -> float:
        before = sum(map(used, there))
        return sweeps.run(n, *to, script="call()")[1] + sum(map(used, there)) - before

    def by_local(n: int) -> float:
        return sweeps.run(n, script="call()")[1]

    for name, run in (("local", by_local), ("dask", by_dask)):
        print(f"  {name}: {_further(run, cells) * 1000:.0f} ms of a processor for each further cell")


def _further(run: Callable[[int], float], cells: int) -> float:
    return (run(cells + 2) - run(2)) / cells


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cells", type=int, default=24)
    parser.add_argument("--waits", type=float, default=1.5)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as base:
        sweeps = Sweeps(Path(base))
        with cluster(Path(base, "dask"), sweeps.env) as dask:
            rates(sweeps, dask, args.cells, args.waits, args.rounds)
            cost(sweeps, dask, args.cells)


if __name__ == "__main__":
    main()
