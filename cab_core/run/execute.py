"""Stage `execute`: the CLI runs in its sandbox, the gateway answers its calls, the terminal is recorded."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING

from cab_core.conversation.read import read_conversation
from cab_core.conversation.tools import came_of, end_ns, tool_runs
from cab_core.errors import SandboxError, UserError
from cab_core.gateway.session import CellSession
from cab_core.gateway.upstream import CREDENTIALS
from cab_core.plugins.protocols import StopSignal
from cab_core.records import ModelCall, Process, Sandbox
from cab_core.records.wire import WIRE_FILE
from cab_core.trace.genai import (
    agent_attributes,
    call_attributes,
    error_type,
    provider_name,
    tool_attributes,
)
from cab_core.trace.recording import Recording
from cab_core.trace.spans import set_attributes
from cab_core.workdir.deciding import deciding_paths
from cab_core.workdir.directories import AGENT, reopen

from .cell_run import CellRun
from .prepare import Prepared
from .stack_state import account, given_texts
from .upstreams import upstream_for
from .wiring import stack_attributes

if TYPE_CHECKING:
    from cab_core.wire.writer import WireWriter

_SPANS = 30_000  # of calls, and of tools: who reads a cell's spans reads all of them


def execute(run: CellRun, prepared: Prepared) -> None:
    """Run the CLI until it ends, a limit ends it, or somebody stops it; found: execution, calls, wall time.

    Raises:
        SandboxError: the sandbox could not be had or died.
    """
    cell, trace = run.planned.cell, run.trace
    attributes = {
        "timeout_s": cell.limits.wall_s,
        "plugin_stack": list(cell.stack),
        **agent_attributes(cell.tui, cell.tui_version, cell.model, _provider(run)),
    }
    with trace.span("adapter_run", f"{cell.tui}:{cell.task}", **attributes) as span:
        with _applied_plugins(run, prepared):
            _launch(run, prepared)
        assert run.found.execution is not None
        if run.found.execution.exit_code is not None:
            set_attributes(span, exit_code=run.found.execution.exit_code)


@contextmanager
def _applied_plugins(run: CellRun, prepared: Prepared) -> Iterator[None]:
    """Write the span of the stack's configuring once the wire has shown what came of it."""
    at = time.time_ns()
    try:
        yield
    finally:
        accounted = account(prepared.launch, run.found.observed, None, came=run.found.came)
        said = stack_attributes(run.planned.cell.tui, prepared.job, prepared.launch, accounted)
        run.trace.past("tool_call", "applied_plugins", at, at, said)


def _launch(run: CellRun, prepared: Prepared) -> None:
    planned, stop = run.planned, StopSignal()
    with (
        _recording(run) as recording,
        _session(run, prepared, recording, stop) as session,
        run.trace.span(
            "container", f"{planned.cell.tui}:launch", **_launch_attributes(run, prepared)
        ) as span,
        run.context.stop.watch(lambda: stop.stop("cancelled")),
    ):
        sandbox, process = _sandbox(run, prepared), _process(run, prepared)
        run.found.execution = execution = planned.runtime.run(sandbox, process, recording, stop)
        recording.exit_code = execution.exit_code
        run.found.notes += reopen(prepared.scratch, AGENT)
        # The CLI's own time: what cab does around it is in the spans.
        run.found.wall_ms = execution.duration_s * 1000
        set_attributes(
            span,
            exit_code=execution.exit_code,
            duration_s=execution.duration_s,
            timed_out=execution.timed_out,
        )
        run.context.gateway.close(session)  # calls under way are broken off, and recorded
        _call_spans(run, session.calls)
        _tool_spans(run)


@contextmanager
def _recording(run: CellRun) -> Iterator[Recording]:
    recording = Recording(run.part, getattr(run.planned.adapter, "render", None), run.secrets)
    try:
        yield recording
    finally:
        recording.close()
        if recording.fault:
            run.found.notes.append(f"the recording shows lines as they came: {recording.fault}")


@contextmanager
def _session(
    run: CellRun, prepared: Prepared, recording: Recording, stop: StopSignal
) -> Iterator[CellSession]:
    """Open the gateway for this cell; what it saw is found, however the cell ends."""
    planned, gateway = run.planned, run.context.gateway

    def on_call(call: ModelCall) -> None:
        recording.cast.mark(f"model call {call.n}")
        run.context.tell("cab_model_call", cell=planned.cell, call=call)

    session = CellSession(
        token=prepared.job.token,
        model=planned.model.name,
        protocol=planned.protocol,
        upstream=upstream_for(run, prepared.job),
        limits=planned.cell.limits,
        record=run.part / "calls.jsonl",
        stop=stop,
        price=planned.model.price,
        on_call=on_call,
        crashed=lambda exc: _crashed(run, exc),
        texts=given_texts(prepared.job.stack),
        params=planned.cell.model_params,
        cell=planned.cell.key,
        sealed=planned.cell.network == "gateway",
        wire=_wire(run) if run.context.wire else None,
    )
    gateway.open(session, prepared.socket)
    try:
        yield session
    finally:
        gateway.close(session)
        run.found.calls, run.found.sums = session.calls, session.sums
        run.found.turned_away = tuple(session.turned_away())
        run.found.observed = session.observed()
        run.found.notes += session.notes()
        if session.lost is not None:
            lost = SandboxError(f"a call to the model could not be recorded: {session.lost}")
            run.found.trouble = run.found.trouble or lost


def _wire(run: CellRun) -> WireWriter:
    from cab_core.wire.writer import WireWriter  # a cell without a record has no use for it

    cell, protocol = run.planned.cell, run.planned.protocol
    return WireWriter(
        run.part / WIRE_FILE,
        cell.cell_id,
        run.planned.model.name,
        protocol,
        redactor=run.secrets,
        credentials=CREDENTIALS,
    )


def _crashed(run: CellRun, exc: BaseException) -> bool:
    """Return whether it is the failure of the cell's wire protocol, which then is the cell's trouble."""
    crash = run.planned.blame.of(exc)
    if crash is not None:
        run.found.keep_crash(crash)
    return crash is not None


def _launch_attributes(run: CellRun, prepared: Prepared) -> dict[str, object]:
    planned = run.planned
    return {
        "image": planned.installation.image,
        "image_digest": planned.installation.image_digest,
        "argv": list(prepared.launch.argv),
        "timeout_s": planned.cell.limits.wall_s,
        "model": planned.model.id,
        "base_url": prepared.job.endpoint,
    }


def _sandbox(run: CellRun, prepared: Prepared) -> Sandbox:
    return Sandbox(
        scratch=str(prepared.scratch),
        mounts=AGENT,
        role="agent",
        installation=run.planned.installation,
        requires=run.planned.task.task.doc.grade.requires,
        environment=run.planned.task.environment,
        socket=str(prepared.socket) if prepared.socket else None,
        network=run.planned.cell.network,
        first=tuple(deciding_paths(run.planned.task).exact),
        work_at=run.planned.task.task.doc.work_at,
    )


def _process(run: CellRun, prepared: Prepared) -> Process:
    launch = prepared.launch
    return Process(
        argv=launch.argv,
        cwd=launch.cwd or prepared.job.workdir,
        env=launch.env,
        stdin=str(prepared.stdin) if prepared.stdin else None,
        timeout_s=run.planned.cell.limits.wall_s,
        tty=True,
    )


def _call_spans(run: CellRun, calls: Sequence[ModelCall]) -> None:
    """One span a model call."""
    if len(calls) > _SPANS:
        run.found.notes.append(
            f"spans.jsonl has the first {_SPANS:,} of {len(calls):,} calls to the model; calls.jsonl has all"
        )
    for call in islice(calls, _SPANS):
        params, endpoint = run.planned.cell.model_params, run.planned.model.endpoint
        attributes = call_attributes(call, _provider(run), params, endpoint)
        error = (call.error or error_type(call)) if call.ended != "answered" else None
        run.trace.call(f"model_call:{call.n}", call.start_ns, end_ns(call), attributes, error)


def _tool_spans(run: CellRun) -> None:
    """One span a tool that ran, as the wire shows it."""
    try:
        found = read_conversation(run.part, lambda _: run.planned.protocol)
    except UserError as exc:
        run.found.notes.append(f"what the agent did is not known in full: {exc}")
        return
    if found is not None and found[0].goes_on:
        run.found.notes.append("spans.jsonl has not all tools: the wire record has more calls than were read")
    run.found.came = came_of(*found) if found is not None else {}
    for ran in islice(tool_runs(*found), _SPANS) if found is not None else ():
        attributes = {"call": ran.call, **tool_attributes(ran.tool.name, ran.tool.id, ran.tool.arguments)}
        name, error = f"execute_tool {ran.tool.name}", "tool_error" if ran.tool.failed else None
        run.trace.past("execute_tool", name, ran.start_ns, ran.end_ns, attributes, error)


def _provider(run: CellRun) -> str:
    return provider_name(run.planned.protocol.provider, run.planned.model.scripted is not None)
