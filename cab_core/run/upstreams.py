"""Which upstream answers a cell: the shared one of its endpoint, or a scripted model of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from cab_core.errors import PluginCrash
from cab_core.gateway.models import Model
from cab_core.gateway.scripted.context import ScriptContext
from cab_core.gateway.scripted.generic import GenericDialect
from cab_core.gateway.scripted.personas import PERSONAS
from cab_core.gateway.scripted.upstream import ScriptedUpstream
from cab_core.gateway.upstream import EndpointUpstream, Upstream
from cab_core.plugins.protocols import Adapter
from cab_core.records import Job, PackedTask, TaskFile

from .planned import PlannedCell, RunContext


class SharedUpstreams:
    """One upstream for each endpoint and key, so that all cells share its throttle and connections."""

    def __init__(self) -> None:
        self._made: dict[tuple[str | None, str | None], EndpointUpstream] = {}
        self._lock = threading.Lock()

    def __call__(self, model: Model) -> Upstream:
        """Return the upstream of a model's endpoint."""
        key = (model.endpoint, model.key)
        with self._lock:
            if key not in self._made:
                assert model.endpoint is not None
                self._made[key] = EndpointUpstream(model.endpoint, model.key, model.idle_s)
            return self._made[key]


def upstream_for(
    planned: PlannedCell, context: RunContext, job: Job, crashed: Callable[[PluginCrash], None]
) -> Upstream:
    """Return who answers the calls of this cell; `crashed` is told of an adapter's dialect that fails."""
    if planned.model.scripted is None:
        return context.upstream_of(planned.model)
    script = script_context(planned.task, planned.adapter, job)
    return ScriptedUpstream(planned.model.id, PERSONAS[planned.model.scripted], script, crashed)


def script_context(task: PackedTask, adapter: Adapter, job: Job) -> ScriptContext:
    """Return what a scripted model knows. An adapter without a dialect gets the generic one."""
    return ScriptContext(
        doc=task.task.doc,
        job=job,
        dialect=getattr(adapter, "dialect", GenericDialect)(),
        work=_texts(task.section("workdir")),
        solution=_texts(task.section("solution")),
        forbidden=_texts(task.section("forbidden")),
    )


def _texts(files: Iterable[TaskFile]) -> dict[str, str]:
    """Return the text files; a scripted model writes text and nothing else."""
    texts = {}
    for file in files:
        if file.link is None:
            with suppress(UnicodeDecodeError):
                texts[file.path] = Path(file.source).read_bytes().decode()
    return texts
