"""One cell from start to finish: the order of the stages, in one place."""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import attrs

from cab_core.errors import CabError, InfraError, PluginCrash, SandboxError
from cab_core.gateway.session import CellSession, new_token
from cab_core.plugins.protocols import StopSignal
from cab_core.records import OUTCOMES, CellResult, ModelCall
from cab_core.store.cells import write_json
from cab_core.trace.clock import utc_now
from cab_core.trace.recording import Recording
from cab_core.trace.spans import CellTrace, set_attributes
from cab_core.workdir.compare import compare
from cab_core.workdir.directories import GATE, PRISTINE, make_directories
from cab_core.workdir.manifest import take_manifest
from cab_core.workdir.materialise import materialise
from cab_core.workdir.patch import write_patch

from .classify import classify
from .execute import clean_harvest, execute, harvest, public
from .findings import Findings
from .grade import grade
from .planned import PlannedCell, RunContext
from .prepare import Prepared, prepare, stack_attributes
from .refusal import refusal_signs, settle
from .report import report
from .upstreams import upstream_for


def run_cell(planned: PlannedCell, context: RunContext) -> tuple[Path, CellResult]:
    """Run a cell, write its directory, and return where that is and the result.

    Infrastructure trouble at any stage ends the cell with its outcome; what was found until then is
    kept.
    """
    started, ended = utc_now(), None
    voided = context.store.voided(planned.cell, planned.content_key)
    part = context.store.begin(planned.cell)
    found = Findings()
    _tell(context, "cab_cell_started", cell=planned.cell)
    with _trace(part, planned) as trace, _kept(found, part), ExitStack() as budgets:
        scratch = budgets.enter_context(planned.runtime.scratch())
        prepared = _agent(planned, context, found, scratch, part, trace)
        ended = utc_now()
        # What the agent filled is not where its work is judged.
        bench = budgets.enter_context(planned.runtime.scratch())
        _judge(planned, context, found, bench, part, trace, prepared)
        with trace.span("cleanup", f"cleanup:{planned.cell.tui}"):
            budgets.close()
    result = report(planned, context.scorers, found, classify(found), started, ended or utc_now())
    result = attrs.evolve(result, voided=voided)
    directory = context.store.finish(part, result)
    _tell(context, "cab_cell_finished", result=result, directory=directory)
    return directory, result


def _agent(
    planned: PlannedCell, context: RunContext, found: Findings, scratch: Path, part: Path, trace: CellTrace
) -> Prepared:
    """Prepare, execute, harvest: everything the agent takes part in."""
    start = time.monotonic()
    cell = planned.cell
    token = new_token()
    with trace.span(
        "task_setup",
        f"prepare:{cell.task}",
        workdir=planned.runtime.inside(scratch, "work"),
        task_category=planned.task.task.category,
        plugin_stack=list(cell.stack),
        behavior_mode=cell.behavior_mode,
    ):
        prepared = prepare(planned, scratch, planned.runtime.endpoint(context.gateway.url), token)
        found.launch, found.files = prepared.launch, prepared.job.files
    with trace.span(
        "adapter_run", f"{cell.tui}:{cell.task}", timeout_s=cell.limits.wall_s, plugin_stack=list(cell.stack)
    ) as span:
        with trace.span(
            "tool_call", "applied_plugins", **stack_attributes(cell.tui, prepared.job, prepared.launch)
        ):
            pass
        _execute(planned, context, found, prepared, scratch, part, trace, token)
        found.wall_ms = (time.monotonic() - start) * 1000
        assert found.execution is not None
        if found.execution.exit_code is not None:
            set_attributes(span, exit_code=found.execution.exit_code)
    left = harvest(planned, prepared, found.execution, part, scratch / "home")
    found.harvest = clean_harvest(left, token)
    write_json(part / "harvest.json", found.harvest)
    return prepared


def _execute(
    planned: PlannedCell,
    context: RunContext,
    found: Findings,
    prepared: Prepared,
    scratch: Path,
    part: Path,
    trace: CellTrace,
    token: str,
) -> None:
    stop = StopSignal()
    recording = Recording(part, getattr(planned.adapter, "render", None))

    def on_call(call: ModelCall) -> None:
        recording.cast.mark(f"model call {call.n}")
        _tell(context, "cab_model_call", cell=planned.cell, call=call)

    session = CellSession(
        token=token,
        model=planned.model.id,
        upstream=upstream_for(planned, context, prepared.job),
        limits=planned.cell.limits,
        record=part / "calls.jsonl",
        stop=stop,
        price=planned.model.price,
        on_call=on_call,
    )
    socket = _socket(planned, scratch)
    context.gateway.open(session, socket)
    attributes = {
        "image": planned.installation.image,
        "image_digest": planned.installation.image_digest,
        "argv": public(prepared),
        "timeout_s": planned.cell.limits.wall_s,
        "model": planned.model.id,
        "base_url": prepared.job.endpoint,
    }
    try:
        with (
            trace.span("container", f"{planned.cell.tui}:launch", **attributes) as span,
            context.stop.watch(lambda: stop.stop("cancelled")),
        ):
            found.execution = execution = execute(planned, prepared, scratch, recording, stop, socket)
            set_attributes(
                span,
                exit_code=execution.exit_code,
                duration_s=execution.duration_s,
                timed_out=execution.timed_out,
            )
            context.gateway.close(session)
            _call_spans(trace, session.calls)
    finally:
        context.gateway.close(session)
        recording.close()
        found.calls = tuple(session.calls)
        found.notes += session.notes()


def _socket(planned: PlannedCell, scratch: Path) -> Path | None:
    """Return where the gateway's socket of this cell is to lie, in a directory of its own."""
    if not planned.runtime.sockets:
        return None
    make_directories(scratch, [GATE])
    return scratch / GATE / "model.sock"


def _call_spans(trace: CellTrace, calls: list[ModelCall]) -> None:
    """One span a model call; attribute names of OpenTelemetry's GenAI conventions as of 2026-11."""
    for call in calls:
        attributes = {
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": call.model_asked,
            "gen_ai.response.model": call.model_served,
            "gen_ai.usage.input_tokens": call.usage.prompt,
            "gen_ai.usage.output_tokens": call.usage.completion,
            "finish_reason": call.finish_reason,
            "status": call.status,
            "tries": call.tries,
            "error": call.error,
        }
        end = call.start_ns + int((call.latency_ms + call.throttle_ms) * 1e6)
        trace.past("model_call", f"model_call:{call.n}", call.start_ns, end, attributes)


def _judge(
    planned: PlannedCell,
    context: RunContext,
    found: Findings,
    scratch: Path,
    part: Path,
    trace: CellTrace,
    prepared: Prepared,
) -> None:
    """Compare and grade. The agent is dead: nothing moves in its work dir any more."""
    task = planned.task
    with trace.span("compare", f"compare:{task.task.id}"):
        after = take_manifest(prepared.work)
        if found.execution and found.execution.cut:
            after.cut = True
            after.notes.append("only a part of the work dir was brought back")
        changes = compare(prepared.before, after, task.task.doc.by_products)
        materialise(task.section("workdir"), scratch / PRISTINE)
        found.changes = write_patch(changes, scratch / PRISTINE, prepared.work, part / "changes.patch")
    write_json(part / "changes.json", found.changes)
    found.refusal = refusal_signs(
        task.task.doc.refusal, found.harvest, found.changes, compare(prepared.before, after), prepared.work
    )
    if (not OUTCOMES[classify(found)[0]].graded and found.calls == ()) or context.stop.is_set():
        return
    with trace.span("grade", f"grade:{task.task.id}") as span:
        judged = grade(
            task,
            found.changes,
            prepared.work,
            scratch / "grade",
            planned.runtime,
            part / "grade.log",
            context.stop,
        )
        found.grade = settle(judged, found.refusal)
        set_attributes(span, passed=found.grade.passed)
    write_json(part / "grade.json", found.grade)


@contextmanager
def _kept(found: Findings, part: Path) -> Iterator[None]:
    """Keep trouble as a finding, so that the cell is written all the same."""
    try:
        yield
    except InfraError as exc:
        found.trouble = exc
    except CabError as exc:
        found.trouble = PluginCrash(str(exc))
    except Exception as exc:  # noqa: BLE001  one cell's accident must not end the others
        with suppress(OSError):
            (part / "error.log").write_text(traceback.format_exc(), encoding="utf-8")
        found.trouble = SandboxError(
            f"internal error of cab, {type(exc).__name__}: {exc}; see error.log in the cell"
        )


@contextmanager
def _trace(part: Path, planned: PlannedCell) -> Iterator[CellTrace]:
    trace = CellTrace(part / "spans.jsonl", planned.cell.cell_id)
    try:
        yield trace
    finally:
        trace.close()


def _tell(context: RunContext, hook: str, **event: object) -> None:
    if context.observers is not None:
        context.observers.tell(hook, **event)
