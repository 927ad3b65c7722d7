"""What one cold command costs: `cab run-cell` in docker beside two bare containers, and `--help` beside Python.

    python -m tests.benchmarks.cold_start [--rounds 10]

Pairs are interleaved in one run. Prints medians and ratios; no figure decides pass or fail.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from cab_core.gateway.server import Gateway
from cab_core.records import Installation
from cab_core.runtimes.docker.images import tools_image
from tests.benchmarks.docker_overhead import TASK, Bare, timed

CAB = Path(sys.executable).with_name("cab")
NIL = '''
from cab_core import Harvest, Launch, Recipe, Registration, hookimpl
SCRIPT = """
import json, os, urllib.request
body = json.dumps({"model": os.environ["MODEL"], "messages": [{"role": "user", "content": "hello"}]})
request = urllib.request.Request(os.environ["ENDPOINT"] + "/chat/completions", body.encode(),
    {"Content-Type": "application/json", "Authorization": "Bearer " + os.environ["TOKEN"]})
urllib.request.urlopen(request).read()
"""
class Nil:
    name, default_version, protocols = "nil", "1", ("openai-chat",)
    def recipe(self, version):
        return Recipe()
    def version_argv(self):
        return ["sh", "-c", "echo nil 1"]
    def launch(self, job):
        env = {"ENDPOINT": job.endpoint, "TOKEN": job.token, "MODEL": job.model}
        return Launch(argv=("python3", job.home + "/script.py"), env=env, files={"script.py": SCRIPT})
    def harvest(self, left):
        return Harvest()
@hookimpl
def cab_adapters():
    return [Registration(name="nil", summary="calls the model once", factory=Nil)]
'''


def install_nil(site: Path) -> dict[str, str]:
    """Write a CLI's plugin below `site`; return the environment in which cab finds it."""
    info = site / "cab_nil-1.0.dist-info"
    info.mkdir(parents=True)
    (site / "cab_nil.py").write_text(NIL)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: cab-nil\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[cab]\ncab_nil = cab_nil\n")
    return {**os.environ, "PYTHONPATH": str(site)}


def command(*argv: str | Path, env: dict[str, str] | None = None) -> Callable[[], None]:
    """Return what runs a command to its end."""

    def run() -> None:
        subprocess.run(argv, check=True, capture_output=True, env=env)

    return run


def processor_time(work: Callable[[], None]) -> float:
    """Return the seconds of a processor that the processes of `work()` take."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def compare(
    said: str, a: Callable[[], None], b: Callable[[], None], rounds: int, measure: Callable[..., float]
) -> None:
    """Print what `a` takes as a multiple of `b`, each once to warm up and then in turn."""
    a(), b()
    pairs = [(measure(a), measure(b)) for _ in range(rounds)]
    ratio = statistics.median(x / y for x, y in pairs)
    one, other = (statistics.median(side) * 1000 for side in zip(*pairs, strict=True))
    print(f"{said}: {one:.0f} ms, beside {other:.0f} ms, median ratio {ratio:.2f}", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=10)
    rounds = parser.parse_args().rounds
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # as a user has it: modules are compiled once
    python = command(sys.executable, "-c", "")
    for said in ("--help", "run --help"):
        compare(
            f"cab {said} beside python", command(CAB, *said.split()), python, rounds, measure=processor_time
        )
    image = tools_image(TASK.task.doc.grade.requires, print)
    installed = Installation(name="nil", version="1", reported="1", image=image.name, image_id=image.id)
    with tempfile.TemporaryDirectory() as base, Gateway() as gateway:
        env = install_nil(Path(base, "site"))
        argv = [CAB, "run-cell", "--tui", "nil", "--model", "scripted:null", "--task", TASK.task.id]
        cell = command(*argv, "--runtime", "docker", "--runs", f"{base}/runs", env=env)
        compare(
            "cab run-cell beside two bare containers",
            cell,
            Bare(Path(base, "bare"), gateway, installed),
            rounds,
            timed,
        )
        print(f"its own processor time: {min(processor_time(cell) for _ in range(3)) * 1000:.0f} ms")


if __name__ == "__main__":
    main()
