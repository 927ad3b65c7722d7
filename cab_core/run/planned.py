"""Everything that one cell needs, found before it starts; and the keys that say whether it was run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import attrs

from cab_core.gateway.models import Model
from cab_core.gateway.server import Gateway
from cab_core.gateway.upstream import Upstream
from cab_core.plugins.observers import Observers
from cab_core.plugins.protocols import Adapter, Runtime, Scorer, StopSignal
from cab_core.records import Cell, Installation, PackedTask, StackItem, to_json
from cab_core.store.cells import Store
from cab_core.trace.otlp import SpanDelivery


@attrs.frozen(kw_only=True)
class PlannedCell:
    """A cell with the objects that carry it out. `adapter_owner` is the plugin's identity and version."""

    cell: Cell
    task: PackedTask
    model: Model
    adapter: Adapter
    adapter_owner: str
    runtime: Runtime
    installation: Installation
    content_key: str
    grader_key: str
    stack: tuple[StackItem, ...] = ()


@attrs.frozen(kw_only=True)
class RunContext:
    """What all cells of a run share. `upstream_of` gives the upstream of an endpoint, one for all cells."""

    store: Store
    gateway: Gateway
    scorers: list[Scorer]
    upstream_of: Callable[[Model], Upstream]
    observers: Observers | None = None
    stop: StopSignal = attrs.field(factory=StopSignal)
    spans: SpanDelivery | None = None
    say: Callable[[str], None] = lambda _: None


def content_key(
    cell: Cell,
    task: PackedTask,
    model: Model,
    adapter_owner: str,
    recipe: str,
    stack: tuple[StackItem, ...] = (),
) -> str:
    """Return the sha256 of all that a run depends on, the grader left out."""
    visible = [(f.path, f.sha256, f.executable, f.link) for f in task.section("workdir")]
    return _hash(
        {
            "cell": {k: v for k, v in to_json(cell).items() if k != "sweep_id"},
            "prompt": task.task.doc.prompt,
            "workdir": visible,
            "scripted": _known_to_scripted(task) if model.scripted else None,
            "endpoint": model.endpoint,
            "adapter": adapter_owner,
            "recipe": recipe,
            "stack": to_json(stack),
        }
    )


def _known_to_scripted(task: PackedTask) -> list[tuple[str, str]]:
    return [(f.path, f.sha256) for f in (*task.section("solution"), *task.section("forbidden"))]


def grader_key(task: PackedTask) -> str:
    """Return the sha256 of all that the verdict depends on besides what the agent left."""
    doc = to_json(task.task.doc)
    del doc["prompt"], doc["title"]
    return _hash({"doc": doc, "tests": [(f.path, f.sha256) for f in task.section("tests")]})


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
