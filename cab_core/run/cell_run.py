"""A cell under way: what it runs with, and what has become known about it so far."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import attrs

from cab_core.conversation.tools import ToolCame
from cab_core.errors import CabError, InfraError, PluginCrash, SandboxError
from cab_core.gateway.session import new_token
from cab_core.records import (
    CallSums,
    Changes,
    Execution,
    Grade,
    Harvest,
    Launch,
    ModelCall,
    Observed,
    RefusalSigns,
    Voided,
    WorkFile,
)
from cab_core.redaction import Redactor
from cab_core.runtimes.reaper import REAPER
from cab_core.store.cells import write_json
from cab_core.trace.clock import utc_now
from cab_core.trace.spans import CellTrace

from .planned import PlannedCell, RunContext
from .secrets import hide_pack, hide_scratch, redactor_of


@attrs.define
class Findings:
    """Filled stage by stage. None: that stage was not reached. `trouble`: the first infrastructure error."""

    launch: Launch | None = None
    files: tuple[WorkFile, ...] = ()  # of the work dir, as the adapter was told
    execution: Execution | None = None
    ended_at: str | None = None  # when the agent's part was over
    harvest: Harvest | None = None
    changes: Changes | None = None
    grade: Grade | None = None
    calls: Sequence[ModelCall] = ()
    sums: CallSums = attrs.Factory(lambda self: CallSums.of(self.calls), takes_self=True)  # of the calls
    turned_away: tuple[str, ...] = ()  # what the CLI asked the gateway for in vain, in sentences
    observed: Observed | None = None
    came: Mapping[str, ToolCame] = attrs.field(factory=dict)  # of tools that were called, by their names
    refusal: RefusalSigns = RefusalSigns()
    wall_ms: float | None = None
    trouble: InfraError | None = None
    cancelled: bool = False
    notes: list[str] = attrs.field(factory=list)
    unwritten: dict[str, str] = attrs.field(factory=dict)  # by a scripted model, with why

    def keep_crash(self, crash: PluginCrash) -> None:
        """Take the crash of a plugin that was asked beside the stages; the first trouble stands."""
        self.trouble = self.trouble or crash


@attrs.frozen(kw_only=True)
class CellRun:
    """One cell under way. `part`: its directory while it runs; `sandboxes` closes its scratch places."""

    planned: PlannedCell
    context: RunContext
    part: Path
    trace: CellTrace
    started_at: str
    token: str
    secrets: Redactor  # takes out of all that the cell writes what must not be in it
    voided: Voided = Voided()
    found: Findings = attrs.field(factory=Findings)
    sandboxes: ExitStack = attrs.field(factory=ExitStack)
    not_removed: list[str] = attrs.field(factory=list)  # what is left of the cell, in sentences

    def new_scratch(self) -> Path:
        """Return a fresh scratch directory of the runtime, which is there until the cell is cleaned up."""
        scratch = self.sandboxes.enter_context(self.planned.runtime.scratch())
        hide_scratch(self.secrets, scratch)
        return scratch

    def write(self, name: str, record: object) -> None:
        """Write a record of the cell as JSON, without what must not be in it."""
        write_json(self.part / name, self.secrets.record(record))

    @contextmanager
    def trouble_kept(self) -> Iterator[None]:
        """Keep trouble as a finding, so that the cell is written all the same."""
        try:
            yield
        except InfraError as exc:
            self.found.trouble = exc
            if isinstance(exc, PluginCrash) and exc.__cause__ is not None:
                self._keep_traceback()  # for the plugin's author
        except CabError as exc:
            self.found.trouble = PluginCrash(str(exc))
        except Exception as exc:  # noqa: BLE001  one cell's accident must not end the others
            self._keep_traceback()
            said = f"internal error of cab, {type(exc).__name__}: {exc}; see error.log in the cell"
            self.found.trouble = SandboxError(said)

    def _keep_traceback(self) -> None:
        with suppress(Exception):  # the disk is full; or an exception of a plugin's that has no text
            text = self.secrets.text(traceback.format_exc())
            (self.part / "error.log").write_text(text, encoding="utf-8", errors="backslashreplace")


@contextmanager
def started(planned: PlannedCell, context: RunContext, told: bool = False) -> Iterator[CellRun]:
    """Begin a try of a cell; at the end, also where it could not be written, nothing of it is open.

    `told`: plugins know of it.
    """
    voided = context.store.voided(planned.cell, planned.content_key)
    part = context.store.begin(planned.cell)
    if not told:
        context.tell("cab_cell_started", cell=planned.cell)
    token = new_token()
    secrets = redactor_of(planned.model.secrets, token)
    hide_pack(secrets, planned.task)
    trace = CellTrace(part / "spans.jsonl", planned.cell.cell_id, context.spans, secrets)
    try:
        with REAPER.telling() as not_removed, ExitStack() as sandboxes:
            yield CellRun(
                planned=planned,
                context=context,
                part=part,
                trace=trace,
                started_at=utc_now(),
                token=token,
                secrets=secrets,
                voided=voided,
                sandboxes=sandboxes,
                not_removed=not_removed,
            )
    finally:
        trace.close()
