"""The cells of one CLI in one runtime, with the record of their inputs. What cells share is made once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import attrs

from cab_core import __version__
from cab_core.gateway.models import Model
from cab_core.plugins.protocols import Adapter, Runtime
from cab_core.plugins.registry import Plugins
from cab_core.plugins.wire_protocol import WireProtocol
from cab_core.records import Cell, Inputs, Installation, Json, Needs, PackedTask, Sweep
from cab_core.run.inputs import (
    adapter_code,
    cli_inputs,
    grader_inputs,
    model_inputs,
    sandbox_inputs,
    stack_inputs,
    task_inputs,
)
from cab_core.run.needs import versions_in
from cab_core.run.planned import PlannedCell
from cab_core.tasks.stacks import Stack

from .match import match

P = TypeVar("P")


@attrs.frozen(kw_only=True)
class Planner:
    """Plans the cells of one CLI in one runtime; `installed` has it beside each set of needs."""

    sweep: Sweep
    plugins: Plugins
    adapter: Adapter
    owner: str
    runtime: Runtime
    network: str
    stack: Stack
    installed: dict[Needs, Installation]
    _parts: dict[tuple[object, ...], object] = attrs.field(factory=dict, init=False, repr=False)

    def cell(self, model: Model, task: PackedTask, options: dict[str, Json]) -> PlannedCell:
        """Return the first attempt at a cell."""
        sweep, installation = self.sweep, self.installed[task.needs]
        protocol = self._once(("protocol", model.id), lambda: match(self.adapter, model, self.plugins))
        cell = Cell(
            sweep_id=sweep.sweep_id,
            tui=self.adapter.name,
            tui_version=installation.version,
            model=model.id,
            task=task.task.id,
            stack=self.stack.names,
            runtime=self.runtime.name,
            network=self.network,
            limits=sweep.limits,
            model_params=sweep.model_params,
            options=options,
        )
        return PlannedCell(
            cell=cell,
            task=task,
            model=model,
            adapter=self.adapter,
            adapter_owner=self.owner,
            protocol=protocol,
            blame=self._once(("blame", protocol.name), lambda: self.plugins.blame("protocol", protocol.name)),
            runtime=self.runtime,
            installation=installation,
            first_inputs=self._inputs(cell, model, task, protocol),
            stack=self.stack.items,
            stack_parts=self.stack.parts,
        )

    def _inputs(self, cell: Cell, model: Model, task: PackedTask, protocol: WireProtocol) -> Inputs:
        installation, owner = self.installed[task.needs], self.plugins.owner("protocol", protocol.name)
        need, name, scripted = task.needs, task.task.id, model.scripted is not None
        code = self._once(("code",), lambda: adapter_code(self.adapter, self.owner))
        toolchains = self._once(("toolchains", need), lambda: versions_in(self.runtime, need))
        return Inputs(
            cab=__version__,
            attempt=cell.attempt,
            limits=cell.limits,
            options=cell.options,
            model_params=cell.model_params,
            cli=self._once(("cli", need), lambda: cli_inputs(self.adapter, self.owner, code, installation)),
            model=self._once(("model", model.id), lambda: model_inputs(model, protocol, owner.distribution)),
            sandbox=self._once(
                ("sandbox", need),
                lambda: sandbox_inputs(self.runtime.name, self.network, installation, toolchains),
            ),
            task=self._once(("task", name, scripted), lambda: task_inputs(task, scripted)),
            stack=self._once(("stack",), lambda: stack_inputs(self.stack.items)),
            grader=self._once(("grader", name), lambda: grader_inputs(task, self.runtime.name, toolchains)),
        )

    def _once(self, key: tuple[object, ...], make: Callable[[], P]) -> P:
        if key not in self._parts:
            self._parts[key] = make()
        return cast("P", self._parts[key])
