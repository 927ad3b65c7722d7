"""A CLI that does exactly what a test wants: a Python script. It is a plugin like any third party's."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import Any

from cab_core import Harvest, Job, Launch, Leftovers, Recipe
from cab_core.gateway.models import Model
from cab_core.gateway.server import Gateway
from cab_core.plugins.boundary import guarded
from cab_core.plugins.observers import Observers
from cab_core.plugins.protocols import Runtime, StopSignal
from cab_core.plugins.registry import Plugins
from cab_core.records import CellResult, Changes, Grade, Installation, Limits, PackedTask, Sweep
from cab_core.run.cell import run_cell
from cab_core.run.grader import Grader
from cab_core.run.planned import PlannedCell, RunContext
from cab_core.run.upstreams import SharedUpstreams
from cab_core.store.cells import Store
from cab_core.sweep.planner import Planner
from cab_core.tasks.catalog import Catalog
from cab_core.tasks.stacks import Stack

# What a script may use: `call(prompt)` asks the model and returns the parsed reply.
PRELUDE = """
import json, os, sys, urllib.request, urllib.error
def call(prompt="hello", stream=False, token=None, **more):
    body = json.dumps({"model": os.environ["MODEL"], "stream": stream,
                       "messages": [{"role": "user", "content": prompt}], **more}).encode()
    request = urllib.request.Request(os.environ["ENDPOINT"] + "/chat/completions", body,
        {"Content-Type": "application/json", "Authorization": "Bearer " + (token or os.environ["TOKEN"])})
    return urllib.request.urlopen(request).read()
"""

# What mends mutations/py-stock-reorder.
FIX = """
call()
text = open("stock.py").read().replace('["stock"] < item', '["stock"] <= item')
open("stock.py", "w").write(text)
"""


class Puppet:
    """An adapter without a CLI: it runs `script` in the work dir."""

    name = "puppet"
    default_version = "1"
    protocols = ("openai-chat",)

    def __init__(self, script: str, harvest: Harvest | None = None) -> None:
        self.script, self.harvested = script, harvest or Harvest()

    def recipe(self, version: str) -> Recipe:
        return Recipe()

    def version_argv(self) -> list[str]:
        return [sys.executable, "--version"]

    def launch(self, job: Job) -> Launch:
        return Launch(
            argv=("python3", f"{job.home}/script.py"),
            env={"ENDPOINT": job.endpoint, "TOKEN": job.token, "MODEL": job.model},
            files={"script.py": PRELUDE + self.script},
        )

    def harvest(self, left: Leftovers) -> Harvest:
        return self.harvested

    def dialect(self) -> Puppet:
        return self

    def edit(self, files: object, request: object, job: object) -> None:
        return None


@cache
def find_task(name: str) -> PackedTask:
    """Return a built-in task."""
    return Catalog(Plugins()).select([name])[0]


def play(
    runs: Path,
    script: str,
    task: PackedTask | str = "mutations/py-stock-reorder",
    model: Model | None = None,
    limits: Limits | None = None,
    adapter: object = None,
    stop: StopSignal | None = None,
    runtime_name: str = "local",
    installation: Installation | None = None,
    network: str | None = None,
    observers: Observers | None = None,
    stack: Stack | None = None,
    **more: Any,
) -> tuple[Path, CellResult]:
    """Run one cell with a puppet, the whole way."""
    plugins = Plugins()
    packed = find_task(task) if isinstance(task, str) else task
    model = model or Model(id="scripted:null", scripted="null")
    adapter = adapter or Puppet(script)
    runtime = plugins.runtime(runtime_name)
    planned = plan_one(
        adapter,
        packed,
        model,
        runtime,
        network=network,
        limits=limits,
        installation=installation,
        stack=stack,
        **more,
    )
    with Gateway() as gateway:
        context = RunContext(
            store=Store(runs),
            gateway=gateway,
            scorers=plugins.scorers(),
            upstream_of=SharedUpstreams(),
            stop=stop or StopSignal(),
            observers=observers,
            wire=more.get("wire", True),
        )
        return run_cell(planned, context)


def plan_one(
    adapter: Any,
    task: PackedTask,
    model: Model,
    runtime: Runtime,
    *,
    network: str | None = None,
    limits: Limits | None = None,
    installation: Installation | None = None,
    attempt: int = 1,
    sweep_id: str = "test",
    stack: Stack | None = None,
    **more: Any,
) -> PlannedCell:
    """Plan one cell as a sweep would."""
    sweep = Sweep(
        sweep_id=sweep_id,
        tuis=("x",),
        models=("x",),
        tasks=("x",),
        limits=limits or Limits(wall_s=30),
        **more,
    )
    found = installation or Installation(name=adapter.name, version="1", reported=f"{adapter.name} 1")
    planner = Planner(
        sweep=sweep,
        plugins=Plugins(),
        adapter=guarded(adapter, "adapter", f"tests:{adapter.name}", f"CLI {adapter.name!r}"),
        owner=f"tests:{adapter.name}@1",
        runtime=runtime,
        network=network or runtime.networks[0],
        stack=stack or Stack(),
        installed={task.needs: found},
    )
    return planner.cell(model, task, attempt, sweep.options)


def judge_changes(task: PackedTask, changes: Changes, left: Path, base: Path) -> Grade:
    """Have changes judged in runtime `local`; the grader's places are made below `base`."""
    grader = Grader(
        task=task,
        runtime=Plugins().runtime("local"),
        scratch=base / "grade",
        log=base / "grade.log",
        stop=StopSignal(),
    )
    return grader.judge(changes, left)
