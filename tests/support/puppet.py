"""A CLI that does exactly what a test wants: a Python script. It is a plugin like any third party's."""

from __future__ import annotations

import sys
from pathlib import Path

from cab_core import Harvest, Job, Launch, Leftovers, Recipe
from cab_core.gateway.models import Model
from cab_core.gateway.server import Gateway
from cab_core.plugins.protocols import StopSignal
from cab_core.plugins.registry import Plugins
from cab_core.records import Cell, CellResult, Installation, Limits, PackedTask
from cab_core.run.cell import run_cell
from cab_core.run.planned import PlannedCell, RunContext, content_key, grader_key
from cab_core.run.upstreams import SharedUpstreams
from cab_core.store.cells import Store
from cab_core.tasks.catalog import Catalog

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
) -> tuple[Path, CellResult]:
    """Run one cell with a puppet, the whole way."""
    plugins = Plugins()
    packed = find_task(task) if isinstance(task, str) else task
    model = model or Model(id="scripted:null", scripted="null")
    adapter = adapter or Puppet(script)
    runtime = plugins.runtime(runtime_name)
    cell = Cell(
        sweep_id="test",
        tui="puppet",
        tui_version="1",
        model=model.id,
        task=packed.task.id,
        runtime=runtime_name,
        network=network or runtime.networks[0],
        limits=limits or Limits(wall_s=30),
    )
    with Gateway() as gateway:
        context = RunContext(
            store=Store(runs),
            gateway=gateway,
            scorers=plugins.scorers(),
            upstream_of=SharedUpstreams(),
            stop=stop or StopSignal(),
        )
        planned = PlannedCell(
            cell=cell,
            task=packed,
            model=model,
            adapter=adapter,
            adapter_owner="tests:puppet@1",
            runtime=runtime,
            installation=installation or Installation(name="puppet", version="1", reported="puppet 1"),
            content_key=content_key(cell, packed, model, "tests:puppet@1", ""),
            grader_key=grader_key(packed),
        )
        return run_cell(planned, context)
