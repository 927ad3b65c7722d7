"""The runtimes of a sweep, and which tasks can be graded in each."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from cab_core.errors import UserError
from cab_core.plugins.protocols import Runtime, Say
from cab_core.records import PackedTask, Sweep
from cab_core.run.needs import unmet


@attrs.frozen
class Place:
    """A runtime with the network that the agent has there, and the tasks that can be graded there."""

    runtime: Runtime
    network: str
    tasks: list[PackedTask]


def network_of(sweep: Sweep, runtime: Runtime) -> str:
    """Return the network of the agent: the one asked for, else the runtime's first.

    Raises:
        UserError: the runtime has no such network.
    """
    network = sweep.network or runtime.networks[0]
    if network not in runtime.networks:
        raise UserError(
            f"runtime {runtime.name!r} has no network {network!r}; it has {', '.join(runtime.networks)}"
        )
    return network


def places_of(
    runtimes: Sequence[Runtime], networks: Sequence[str], tasks: Sequence[PackedTask], say: Say
) -> tuple[list[Place], dict[str, str]]:
    """Return where which tasks can be graded; the others with the reason, by id and, of several, runtime."""
    skipped: dict[str, str] = {}
    places = []
    for runtime, network in zip(runtimes, networks, strict=True):
        reasons = _reasons(tasks, runtime, say)
        places.append(Place(runtime, network, [t for t in tasks if t.task.id not in reasons]))
        mark = f" in {runtime.name}" if len(runtimes) > 1 else ""
        skipped |= {f"{task}{mark}": why for task, why in reasons.items()}
    if not any(place.tasks for place in places):
        names = " or ".join(repr(runtime.name) for runtime in runtimes)
        told = "\n".join(f"  {task}: {why}" for task, why in skipped.items())
        raise UserError(f"none of the tasks can be graded in runtime {names}:\n{told}")
    return places, skipped


def _reasons(tasks: Sequence[PackedTask], runtime: Runtime, say: Say) -> dict[str, str]:
    """Return why tasks cannot be graded in a runtime, which is asked once for each set of needs."""
    said = {task.task.id: task.task.doc.unavailable for task in tasks}
    needs = {task.task.id: task.needs for task in tasks if said[task.task.id] is None}
    why = {need: unmet(runtime, need, say) for need in sorted({*needs.values()}, key=lambda need: need.order)}
    found = {task: why[needs[task]] if reason is None else reason for task, reason in said.items()}
    return {task: reason for task, reason in found.items() if reason is not None}
