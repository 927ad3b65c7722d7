"""From findings to the content of `cell.json`."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from typing import Literal

from cab_core import __version__
from cab_core.errors import InfraError
from cab_core.plugins.boundary import owner_of
from cab_core.plugins.by_path import BY_PATH, imported
from cab_core.plugins.protocols import Scorer
from cab_core.records import (
    CellResult,
    Evidence,
    Grade,
    Identity,
    Outcome,
    PackedTask,
    TokenClaim,
    Wiring,
)
from cab_core.records.marks import IN_PROCESS, PRIVATE, PROVISIONAL, SCRIPTED, SEALED, UNVALIDATED
from cab_core.records.parameters import parameters_seen
from cab_core.records.validation import Validation
from cab_core.trace.clock import utc_now

from .cell_run import CellRun, Findings
from .not_covered import not_covered
from .planned import PlannedCell
from .score import score
from .stack_state import account, lacking
from .told import vain_told, withdrawn_told
from .validated import kept
from .wiring import wiring

OF_TASK = (IN_PROCESS, UNVALIDATED, PRIVATE)  # marks that follow from the task


def report(run: CellRun, said: tuple[Outcome, str]) -> CellResult:
    """Return the result; `said` is its outcome and the reason."""
    planned, found = run.planned, run.found
    outcome, why = said
    scored = score(evidence_of(planned, found, outcome), run.context.scorers)
    stack = account(found.launch, found.observed, found.harvest, found.sums.tokens.prompt, found.came)
    parameters = parameters_seen(planned.cell.model_params, found.calls)
    validation = kept(planned.task, planned.grader_key)
    return CellResult(
        schema_version=1,
        cell_id=planned.cell.cell_id,
        content_key=planned.content_key,
        grader_key=planned.grader_key,
        cell=planned.cell,
        task=planned.task.task,
        outcome=outcome,
        why=why,
        started_at=run.started_at,
        ended_at=found.ended_at or utc_now(),
        wall_ms=found.wall_ms,
        identity=_identity(planned, found, run.context.scorers),
        tokens=found.sums.tokens,
        claim=found.harvest.claim if found.harvest else TokenClaim(),
        scores=scored.scores,
        unscored=scored.unscored,
        execution=found.execution,
        citable=_sealed(planned) and planned.model.scripted is None,
        marks=_marks(planned, found, validation),
        validation=validation,
        notes=(
            *_notes(found),
            *_unpriced(planned),
            *withdrawn_told(parameters),
            *lacking(stack),
            *planned.stack_notes,
            *_other_version(planned),
            *_loaded_beside(planned, run.context.scorers),
            *(notes_of_grade(found.grade) if found.grade else ()),  # last, as where it is graded again
        ),
        unwritten=dict(found.unwritten),
        stack=stack,
        recording=_recording(planned) if found.execution else None,
        price=planned.model.price.source if planned.model.price else None,
        parameters=parameters,
        refusal=found.refusal,
        wiring=_wiring(planned, found),
        not_covered=not_covered(planned.task),
        pack_by_path=planned.task.directory is not None,
        voided=run.voided.outcomes,
        voided_tokens=run.voided.tokens,
        voided_usd=run.voided.usd,
        host=_host(planned),
    )


def evidence_of(planned: PlannedCell, found: Findings, outcome: str) -> Evidence:
    """Return what the scorers may look at."""
    return Evidence(
        cell=planned.cell,
        task=planned.task.task,
        outcome=outcome,
        wall_ms=found.wall_ms,
        execution=found.execution,
        harvest=found.harvest,
        calls=found.calls,
        changes=found.changes,
        grade=found.grade,
        refusal=found.refusal,
        observed=found.observed,
    )


def _identity(planned: PlannedCell, found: Findings, scorers: Sequence[Scorer]) -> Identity:
    served = _served(found)
    installed = planned.installation
    return Identity(
        container_image=installed.image,
        image_digest=installed.image_digest,
        image_id=installed.image_id,
        cell_image=installed.cell_image,
        model_build_id=", ".join(served) or planned.model.id,
        cli_version=installed.reported,
        adapter=planned.adapter_owner,
        endpoint=planned.model.endpoint,
        exit_code=found.execution.exit_code if found.execution else None,
        by_path=_by_path(planned, scorers),
    )


def _by_path(planned: PlannedCell, scorers: Sequence[Scorer]) -> tuple[str, ...]:
    """Return the plugins that took part and are not installed. A pack is a directory, told as such."""
    owners = [owner_of(made) for made in (planned.adapter, planned.runtime, *scorers)]
    owners += [planned.blame.owner, *(part.owner for part in planned.stack_parts)]
    return tuple(sorted({owner for owner in owners if owner and owner.startswith(f"{BY_PATH}:")}))


def _loaded_beside(planned: PlannedCell, scorers: Sequence[Scorer]) -> list[str]:
    """Say what else of no distribution ran in the runner: a reader cannot get it, nor know what it did."""
    others = imported().keys() - {*_by_path(planned, scorers)}
    said = ", ".join(imported()[owner] for owner in sorted(others))
    return [f"loaded beside what took part, by --plugin, and not installed: {said}"] if said else []


def _served(found: Findings) -> list[str]:
    return sorted(found.sums.models)


def _recording(planned: PlannedCell) -> Literal["printed", "drawn"]:
    return "drawn" if getattr(planned.adapter, "render", None) else "printed"


def _marks(planned: PlannedCell, found: Findings, validation: Validation | None) -> tuple[str, ...]:
    sealed = _sealed(planned)
    holds = {
        SCRIPTED: planned.model.scripted is not None,
        PROVISIONAL: not sealed,
        SEALED: sealed and found.execution is not None,  # what never ran, ran nowhere
    }
    return (*(mark for mark, held in holds.items() if held), *marks_of_task(planned.task, validation))


def marks_of_task(packed: PackedTask, validation: Validation | None) -> tuple[str, ...]:
    """Return the marks that follow from the task, and what was found of it before."""
    holds = {
        IN_PROCESS: packed.task.in_process,
        UNVALIDATED: validation is None or validation.state != "sound",
        PRIVATE: packed.task.private,
    }
    return tuple(mark for mark, held in holds.items() if held)


def _sealed(planned: PlannedCell) -> bool:
    return planned.runtime.citable and planned.cell.network == "gateway"


def _other_version(planned: PlannedCell) -> list[str]:
    """Say where the CLI itself does not say the version by which its cell is known."""
    found = planned.installation
    if found.reported is None or found.version in found.reported:
        return []
    return [f"the version is {found.version}, and the CLI says {found.reported[:80]!r}"]


def _notes(found: Findings) -> list[str]:
    notes = [*found.notes, *_unwritten(found), *vain_told(found.sums)]
    if found.execution and found.execution.survivors:
        notes.append(f"{found.execution.survivors} processes outlived the CLI and were killed")
    if found.execution and found.execution.unkillable:
        notes.append(
            f"{found.execution.unkillable} processes that the CLI left belong to another user, and could not "
            "be ended"
        )
    if found.execution and found.execution.memory_kills and found.execution.stopped != "limit_memory":
        notes.append("a process in the sandbox was killed for want of memory; the CLI itself was not")
    served = _served(found)
    if len(served) > 1:
        notes.append(f"the endpoint named more than one model as its own: {', '.join(served)}"[:500])
    return notes + list(found.changes.notes if found.changes else ())


def notes_of_grade(grade: Grade) -> list[str]:
    """Return what a reader should know of the grading."""
    refused = f"not taken from the agent: {', '.join(sorted(grade.refused)[:20])}"
    return [*grade.notes, *([refused] if grade.refused else [])]


NOT_PRICED = "what it cost is not known: "  # how such a note begins


def _unpriced(planned: PlannedCell) -> list[str]:
    return [f"{NOT_PRICED}{planned.model.unpriced}"] if planned.model.unpriced else []


def _unwritten(found: Findings) -> list[str]:
    said = ", ".join(f"{path} ({why})" for path, why in sorted(found.unwritten.items())[:20])
    return [f"through this CLI the scripted model cannot write as it should: {said}"] if said else []


def _wiring(planned: PlannedCell, found: Findings) -> Wiring:
    try:
        return wiring(planned, found.files)
    except InfraError:
        return Wiring()


def _host(planned: PlannedCell) -> dict[str, object]:
    return {
        "cab": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
        "machine": platform.machine(),
        "cpus": os.cpu_count(),
        **({"sandbox": dict(planned.runtime.facts)} if planned.runtime.facts else {}),
    }
