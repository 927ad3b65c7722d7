"""Which upstream answers a cell: the shared one of its endpoint, or a scripted model of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path

from cab_core.errors import ReplayError, UserError
from cab_core.gateway.budget import Budget
from cab_core.gateway.models import Model
from cab_core.gateway.replay.cassette import Cassette
from cab_core.gateway.replay.find import Records
from cab_core.gateway.replay.upstream import ReplayUpstream
from cab_core.gateway.scripted.context import ScriptContext
from cab_core.gateway.scripted.generic import GenericDialect
from cab_core.gateway.scripted.named import carries_out, persona_named
from cab_core.gateway.scripted.upstream import ScriptedUpstream
from cab_core.gateway.shared_budget import SharedEndpoint
from cab_core.gateway.upstream import EndpointUpstream, Upstream
from cab_core.plugins.protocols import Adapter
from cab_core.plugins.work import Ask
from cab_core.records import Job, PackedTask, TaskFile
from cab_core.workdir.reference import Reference, reference_of

from .cell_run import CellRun


class SharedUpstreams:
    """One upstream for each endpoint and key, so that all cells share its throttle and connections.

    `ask`: whom a worker asks for what the endpoint's budget allows all workers together.
    """

    def __init__(self, ask: Ask | None = None) -> None:
        self._made: dict[tuple[str | None, str | None], EndpointUpstream] = {}
        self._ask, self._lock = ask, threading.Lock()

    def __call__(self, model: Model) -> Upstream:
        """Return the upstream of a model's endpoint."""
        key = (model.endpoint, model.key)
        with self._lock:
            if key not in self._made:
                self._made[key] = self._of(model)
            return self._made[key]

    def _of(self, model: Model) -> EndpointUpstream:
        assert model.endpoint is not None
        if self._ask is None or model.budget == Budget():
            return EndpointUpstream(model.endpoint, model.key, model.idle_s, model.headers, model.budget)
        return SharedEndpoint(
            self._ask,
            model.budget,
            base_url=model.endpoint,
            key=model.key,
            idle_s=model.idle_s,
            headers=model.headers,
        )


def upstream_for(run: CellRun, job: Job) -> Upstream:
    """Return who answers the calls of this cell; a scripted model's troubles are found.

    Raises:
        ReplayError: there is no record of this cell.
    """
    planned, found = run.planned, run.found
    if planned.model.scripted is None:
        return run.context.upstream_of(planned.model)
    if planned.model.records is not None:
        return _replay(run, planned.model.records, job)
    name = planned.model.scripted
    reference = reference_of(planned.task) if carries_out(name) else Reference(())
    script = script_context(
        planned.task, reference, planned.adapter, job, found.unwritten, planned.cell.attempt
    )
    return ScriptedUpstream(planned.model.id, persona_named(name), script, found.keep_crash)


def _replay(run: CellRun, records: Records, job: Job) -> Upstream:
    try:
        cassette = Cassette(records.of(run.planned.cell))
    except UserError as exc:
        raise ReplayError(str(exc)) from exc

    def unrecorded(why: str) -> None:
        run.found.trouble = run.found.trouble or ReplayError(why)

    # In a container the places are those that they were, and no mark stands for them.
    places = {"$WORKDIR": job.workdir, "$HOME": job.home} if run.secrets.finds(job.workdir.encode()) else {}
    return ReplayUpstream(cassette, run.secrets, places, unrecorded, run.context.real_time)


def script_context(
    task: PackedTask,
    reference: Reference,
    adapter: Adapter,
    job: Job,
    unwritten: dict[str, str] | None = None,
    attempt: int = 1,
) -> ScriptContext:
    """Return what a scripted model knows. An adapter without a dialect gets the generic one."""
    solution = reference.files
    work, ends = task.section("workdir"), (*solution, *task.section("forbidden"))
    made = {f.path for f in ends}
    return ScriptContext(
        doc=task.task.doc,
        task=task.task.id,
        attempt=attempt,
        job=job,
        dialect=getattr(adapter, "dialect", GenericDialect)(),
        work=_texts(work),
        solution=_texts(solution),
        removed=reference.removed,
        forbidden=_texts(task.section("forbidden")),
        executable=_executable(ends) | {p for p in _executable(work) if p not in made},
        was_executable=_executable(work),
        unwritten={} if unwritten is None else unwritten,
    )


def _texts(files: Iterable[TaskFile]) -> dict[str, str]:
    """Return the files' content, byte for byte: line ends stay, what is no UTF-8 becomes surrogates."""
    plain = [f for f in files if f.link is None]
    return {f.path: Path(f.source).read_bytes().decode("utf-8", "surrogateescape") for f in plain}


def _executable(files: Iterable[TaskFile]) -> frozenset[str]:
    return frozenset(f.path for f in files if f.executable)
