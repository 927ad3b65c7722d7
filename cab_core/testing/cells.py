"""One real cell through the runner, planned as a sweep plans it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import attrs

from cab_core.gateway.models import ConfigDoc, EndpointChoice, Model, resolve
from cab_core.gateway.server import Gateway
from cab_core.plugins.boundary import guarded
from cab_core.plugins.observers import Observers
from cab_core.plugins.protocols import Adapter, Runtime, StopSignal
from cab_core.plugins.registry import Plugins
from cab_core.records import CellResult, Installation, Limits, PackedTask, Sweep
from cab_core.run.cell import run_cell
from cab_core.run.planned import PlannedCell, RunContext
from cab_core.run.upstreams import SharedUpstreams
from cab_core.store.cells import Store
from cab_core.store.reading import read_json
from cab_core.sweep.planner import Planner
from cab_core.tasks.stacks import Stack

from .script_adapter import REQUIRES, ScriptAdapter, TinyAgent

Install = Callable[[str], Installation]  # a CLI by its name
PLAN_WALL_S = 30  # of what needs no CLI
WALL_S = 90  # a CLI may take long to start on a busy machine


class Ran(NamedTuple):
    """A cell that has ended: its `cell.json`, read back, and its directory."""

    record: CellResult
    directory: Path


def scripted(model: str) -> Model:
    """Return a model by its id, which needs no endpoint: `scripted:NAME`, `replay:PATH` or just `NAME`."""
    return resolve(model if ":" in model else f"scripted:{model}", EndpointChoice(), ConfigDoc())


@attrs.frozen
class CellRunner:
    """Runs cells, written below `root`. `installed` installs a CLI once; `task` is the usual task."""

    plugins: Plugins
    root: Path
    installed: Install
    task: PackedTask

    def __call__(
        self,
        adapter: str | Adapter | None = None,
        model: str | Model = "scripted:oracle",
        *,
        task: PackedTask | None = None,
        runtime: str = "local",
        **more: Any,
    ) -> Ran:
        """Run one cell and read back what it wrote.

        `adapter`: its name, an object, or None for the kit's own small agent. `model`: `scripted:NAME`,
        `replay:PATH` or a `Model` of an endpoint. `task`: that of the tiny pack where none is given. `more`:
        `limits`, `stack`, `network`, `installation`, and any field of a `Sweep` such as `options`.
        """
        found: Adapter = self.plugins.adapter(adapter) if isinstance(adapter, str) else adapter or TinyAgent()
        place = self.plugins.runtime(runtime)
        more.setdefault("limits", Limits(wall_s=WALL_S))
        task = task or self.task
        if runtime != "local":
            requires = (*task.needs.requires, *(REQUIRES if isinstance(found, ScriptAdapter) else ()))
            installation = place.install(found, found.default_version, requires, (), print)
            more.setdefault("installation", installation)
        elif isinstance(adapter, str):
            more.setdefault("installation", self.installed(adapter))
        planned = plan_one(
            found,
            task,
            scripted(model) if isinstance(model, str) else model,
            place,
            plugins=self.plugins,
            **more,
        )
        directory, _ = run_planned(planned, self.root, self.plugins)
        return Ran(read_json(directory / "cell.json", CellResult), directory)


def run_planned(
    planned: PlannedCell,
    root: Path,
    plugins: Plugins,
    *,
    stop: StopSignal | None = None,
    observers: Observers | None = None,
    wire: bool = True,
) -> tuple[Path, CellResult]:
    """Run a planned cell with a gateway of its own; return its directory and its result."""
    with Gateway() as gateway:
        context = RunContext(
            store=Store(root),
            gateway=gateway,
            scorers=plugins.scorers(),
            upstream_of=SharedUpstreams(),
            stop=stop or StopSignal(),
            observers=observers,
            wire=wire,
        )
        return run_cell(planned, context)


def plan_one(
    adapter: Any,
    task: PackedTask,
    model: Model,
    runtime: Runtime,
    *,
    plugins: Plugins | None = None,
    network: str | None = None,
    limits: Limits | None = None,
    installation: Installation | None = None,
    attempt: int = 1,
    sweep_id: str = "test",
    stack: Stack | None = None,
    **more: Any,
) -> PlannedCell:
    """Plan one cell as a sweep would; `more` are fields of the sweep."""
    sweep = Sweep(
        sweep_id=sweep_id,
        tuis=("x",),
        models=("x",),
        tasks=("x",),
        limits=limits or Limits(wall_s=PLAN_WALL_S),
        **more,
    )
    found = installation or Installation(name=adapter.name, version="1", reported=f"{adapter.name} 1")
    planner = Planner(
        sweep=sweep,
        plugins=plugins or Plugins(),
        adapter=guarded(adapter, "adapter", f"tests:{adapter.name}", f"CLI {adapter.name!r}"),
        owner=f"tests:{adapter.name}@1",
        runtime=runtime,
        network=network or runtime.networks[0],
        stack=stack or Stack(),
        installed={task.needs: found},
    )
    return planner.cell(model, task, sweep.options).of_attempt(attempt)
