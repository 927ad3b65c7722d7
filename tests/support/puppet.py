"""A CLI that does exactly what a test wants: a Python script. It is a plugin like any third party's."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from cab_core.gateway.models import Model
from cab_core.plugins.observers import Observers
from cab_core.plugins.protocols import StopSignal
from cab_core.plugins.registry import Plugins
from cab_core.records import CellResult, Changes, Grade, Installation, Limits, PackedTask
from cab_core.run.grader import Grader
from cab_core.tasks.catalog import Catalog
from cab_core.tasks.stacks import Stack
from cab_core.testing.cells import plan_one as plan_one
from cab_core.testing.cells import run_planned
from cab_core.testing.script_adapter import PRELUDE as PRELUDE
from cab_core.testing.script_adapter import ScriptAdapter

# What mends mutations/py-stock-reorder.
FIX = """
call()
text = open("stock.py").read().replace('["stock"] < item', '["stock"] <= item')
open("stock.py", "w").write(text)
"""


class Puppet(ScriptAdapter):
    """An adapter without a CLI, whose scripted model says nothing: it runs `script` in the work dir."""

    name = "puppet"

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
    planned = plan_one(
        adapter or Puppet(script),
        find_task(task) if isinstance(task, str) else task,
        model or Model(id="scripted:null", scripted="null"),
        plugins.runtime(runtime_name),
        network=network,
        limits=limits or Limits(wall_s=30),
        installation=installation,
        stack=stack,
        **more,
    )
    wire = more.get("wire", True)
    return run_planned(planned, runs, plugins, stop=stop, observers=observers, wire=wire)


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
