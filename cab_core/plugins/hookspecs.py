"""Every hook that cab calls. Registration hooks return iterables of `Registration`; the others observe.

Each plugin's observers run in a thread of its own, from a bounded queue: they cannot slow a cell down or
break it, nor hold back another plugin. What one raises is reported with the plugin's name; for one that has
not returned, the end of a run waits 10 s and says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from .markers import hookspec

if TYPE_CHECKING:
    from cab_core.records import Cell, CellResult, ModelCall

    from .registration import Registration


@hookspec
def cab_adapters() -> Iterable[Registration]:  # type: ignore[empty-body]
    """Return adapters; the factory makes a `cab_core.plugins.protocols.Adapter`."""


@hookspec
def cab_scorers() -> Iterable[Registration]:  # type: ignore[empty-body]
    """Return scorers, named after their axis; the factory makes a `protocols.Scorer`."""


@hookspec
def cab_task_packs() -> Iterable[Registration]:  # type: ignore[empty-body]
    """Return task packs; the factory makes the `pathlib.Path` of the pack's directory."""


@hookspec
def cab_stack_plugins() -> Iterable[Registration]:  # type: ignore[empty-body]
    """Return stack plugins; the factory makes a sequence of stack items."""


@hookspec
def cab_runtimes() -> Iterable[Registration]:  # type: ignore[empty-body]
    """Return runtimes; the factory makes a `protocols.Runtime`."""


@hookspec
def cab_executors() -> Iterable[Registration]:  # type: ignore[empty-body]
    """Return executors; the factory makes a `protocols.Executor`."""


@hookspec
def cab_task_formats() -> Iterable[Registration]:  # type: ignore[empty-body]
    """Return readers of task data on disk; the factory makes a `protocols.TaskFormat`."""


@hookspec
def cab_protocols() -> Iterable[Registration]:  # type: ignore[empty-body]
    """Return wire protocols; the factory makes a `cab_core.plugins.wire_protocol.WireProtocol`."""


@hookspec
def cab_cell_started(cell: Cell) -> None:
    """Told when a cell starts."""


@hookspec
def cab_model_call(cell: Cell, call: ModelCall) -> None:
    """Told when a model call has ended."""


@hookspec
def cab_cell_finished(result: CellResult, directory: Path) -> None:
    """Told when a cell has been written."""


@hookspec
def cab_sweep_finished(sweep_id: str, results: list[CellResult]) -> None:
    """Told when every planned cell of a sweep is done."""
