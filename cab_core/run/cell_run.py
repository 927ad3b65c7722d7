"""A cell under way: what it runs with, and what has become known about it so far."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import attrs

from cab_core.errors import CabError, InfraError, PluginCrash, SandboxError
from cab_core.records import (
    Changes,
    Execution,
    Grade,
    Harvest,
    Launch,
    ModelCall,
    Outcome,
    RefusalSigns,
    WorkFile,
)
from cab_core.runtimes.reaper import REAPER
from cab_core.trace.clock import utc_now
from cab_core.trace.spans import CellTrace

from .planned import PlannedCell, RunContext


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
    calls: tuple[ModelCall, ...] = ()
    turned_away: tuple[str, ...] = ()  # what the CLI asked the gateway for in vain, in sentences
    refusal: RefusalSigns = RefusalSigns()
    wall_ms: float | None = None
    trouble: InfraError | None = None
    cancelled: bool = False
    notes: list[str] = attrs.field(factory=list)
    unwritten: dict[str, str] = attrs.field(factory=dict)  # by a scripted model, with why


@attrs.frozen(kw_only=True)
class CellRun:
    """One cell under way. `part`: its directory while it runs; `sandboxes` closes its scratch places."""

    planned: PlannedCell
    context: RunContext
    part: Path
    trace: CellTrace
    started_at: str
    voided: tuple[Outcome, ...] = ()
    found: Findings = attrs.field(factory=Findings)
    sandboxes: ExitStack = attrs.field(factory=ExitStack)
    not_removed: list[str] = attrs.field(factory=list)  # what is left of the cell, in sentences

    def new_scratch(self) -> Path:
        """Return a fresh scratch directory of the runtime, which is there until the cell is cleaned up."""
        return self.sandboxes.enter_context(self.planned.runtime.scratch())

    @contextmanager
    def trouble_kept(self) -> Iterator[None]:
        """Keep trouble as a finding, so that the cell is written all the same."""
        try:
            yield
        except InfraError as exc:
            self.found.trouble = exc
        except CabError as exc:
            self.found.trouble = PluginCrash(str(exc))
        except Exception as exc:  # noqa: BLE001  one cell's accident must not end the others
            with suppress(OSError):
                (self.part / "error.log").write_text(traceback.format_exc(), encoding="utf-8")
            said = f"internal error of cab, {type(exc).__name__}: {exc}; see error.log in the cell"
            self.found.trouble = SandboxError(said)


@contextmanager
def started(planned: PlannedCell, context: RunContext) -> Iterator[CellRun]:
    """Begin a try of a cell; at the end, also where it could not be written, nothing of it is open."""
    voided = context.store.voided(planned.cell, planned.content_key)
    part = context.store.begin(planned.cell)
    context.tell("cab_cell_started", cell=planned.cell)
    trace = CellTrace(part / "spans.jsonl", planned.cell.cell_id, context.spans)
    try:
        with REAPER.telling() as not_removed, ExitStack() as sandboxes:
            yield CellRun(
                planned=planned,
                context=context,
                part=part,
                trace=trace,
                started_at=utc_now(),
                voided=voided,
                sandboxes=sandboxes,
                not_removed=not_removed,
            )
    finally:
        trace.close()


@contextmanager
def plugin_errors(owner: str) -> Iterator[None]:
    """Turn whatever a plugin raises, its wish to exit too, into a PluginCrash that names it."""
    try:
        yield
    except CabError:
        raise
    except (Exception, SystemExit) as exc:
        raise PluginCrash(f"plugin {owner} raised {type(exc).__name__}: {exc}") from exc
