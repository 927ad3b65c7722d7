"""Everything that one cell needs, found before it starts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import attrs

from cab_core.errors import PluginCrash
from cab_core.gateway.models import Model
from cab_core.plugins.authors import defined_at, file_behind
from cab_core.plugins.blame import Blame
from cab_core.plugins.boundary import unguarded
from cab_core.plugins.observers import Observers
from cab_core.plugins.protocols import Adapter, Runtime, Scorer, StopSignal
from cab_core.plugins.wire_protocol import WireProtocol
from cab_core.records import Cell, Inputs, Installation, Json, PackedTask, StackItem, StackPart
from cab_core.store.cells import Store
from cab_core.trace.otlp import SpanDelivery

if TYPE_CHECKING:  # planning needs no server
    from cab_core.gateway.server import Gateway
    from cab_core.gateway.upstream import Upstream


@attrs.frozen(kw_only=True, weakref_slot=False)
class PlannedCell:
    """A cell with the objects that carry it out. `adapter_owner` is the plugin's identity and version.

    `first_inputs` is the record of what the first attempt depends on; all attempts at a cell hold one.
    """

    cell: Cell
    task: PackedTask
    model: Model
    adapter: Adapter
    adapter_owner: str
    protocol: WireProtocol
    blame: Blame  # of its protocol's failures
    runtime: Runtime
    installation: Installation
    first_inputs: Inputs
    stack: tuple[StackItem, ...] = ()
    stack_parts: tuple[StackPart, ...] = ()

    @property
    def stack_notes(self) -> list[str]:
        """What was found of the stacks when they were read, each with the stack's name."""
        return [f"stack {part.name}: {note}" for part in self.stack_parts for note in part.notes]

    @property
    def inputs(self) -> Inputs:
        """Everything that the result depends on."""
        return attrs.evolve(self.first_inputs, attempt=self.cell.attempt)

    @property
    def content_key(self) -> str:
        """The sha256 of all that the run depends on, the grader left out."""
        return self.first_inputs.content_key_of(self.cell.attempt)

    @property
    def grader_key(self) -> str:
        """The sha256 of all that the verdict depends on besides what the agent left."""
        return self.first_inputs.grader_key

    @property
    def params_of_cli(self) -> dict[str, Json]:
        """The model parameters that the adapter says its CLI can set; the gateway sees to the others."""
        params = self.cell.model_params
        settable = getattr(self.adapter, "model_params", params)  # left out: any
        return {name: value for name, value in params.items() if name in settable}

    def of_attempt(self, attempt: int) -> PlannedCell:
        """Return this cell as another attempt at the same."""
        return attrs.evolve(self, cell=attrs.evolve(self.cell, attempt=attempt))

    def launch_fault(self, said: str) -> PluginCrash:
        """Return what is told where the machine refuses what the adapter's `launch` wants."""
        return PluginCrash(self.of_launch(said))

    def of_launch(self, said: str) -> str:
        """Return a sentence on the adapter's `launch`, with its plugin and line."""
        made = unguarded(self.adapter)
        at = file_behind(made) or defined_at(made.launch)
        return f"plugin {self.adapter_owner}: CLI {self.cell.tui!r}: launch() {said} (at {at})"


@attrs.frozen(kw_only=True)
class RunContext:
    """What all cells of a run share. `upstream_of` gives the upstream of an endpoint, one for all cells.

    `wire`: each cell keeps its calls whole.
    `real_time`: a record answers as fast as the model did, not as fast as the CLI takes it.
    `leftovers`: each cell keeps what its CLI left in HOME.
    """

    store: Store
    gateway: Gateway
    scorers: list[Scorer]
    upstream_of: Callable[[Model], Upstream]
    observers: Observers | None = None
    stop: StopSignal = attrs.field(factory=StopSignal)
    spans: SpanDelivery | None = None
    wire: bool = True
    real_time: bool = False
    leftovers: bool = False

    def tell(self, hook: str, **event: object) -> None:
        """Hand an event to the plugins that observe."""
        if self.observers is not None:
            self.observers.tell(hook, **event)
