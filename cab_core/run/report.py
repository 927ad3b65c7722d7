"""From findings to the content of `cell.json`."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from urllib.parse import urlsplit, urlunsplit

from cab_core import __version__
from cab_core.errors import CabError, InfraError
from cab_core.plugins.protocols import Scorer
from cab_core.records import (
    CellResult,
    Evidence,
    Identity,
    Outcome,
    Score,
    TokenClaim,
    Wiring,
    totals,
)

from .findings import Findings
from .planned import PlannedCell
from .prepare import wiring
from .score import score


def report(
    planned: PlannedCell,
    scorers: Sequence[Scorer],
    found: Findings,
    said: tuple[Outcome, str],
    started: str,
    ended: str,
) -> CellResult:
    """Return the result. A scorer that raises, or returns what is no score, makes it `infra_plugin`."""
    outcome, why = said
    scores: dict[str, Score] = {}
    try:
        scores = score(evidence_of(planned, found, outcome), scorers)
    except CabError as exc:
        outcome, why = "infra_plugin", str(exc)
    return CellResult(
        schema_version=1,
        cell_id=planned.cell.cell_id,
        content_key=planned.content_key,
        grader_key=planned.grader_key,
        cell=planned.cell,
        task=planned.task.task,
        outcome=outcome,
        why=why,
        started_at=started,
        ended_at=ended,
        wall_ms=found.wall_ms,
        identity=_identity(planned, found),
        tokens=totals(found.calls),
        claim=found.harvest.claim if found.harvest else TokenClaim(),
        scores=scores,
        execution=found.execution,
        citable=_sealed(planned) and planned.model.scripted is None,
        marks=_marks(planned),
        notes=tuple(_notes(found)),
        stack=found.launch.stack if found.launch else (),
        refusal=found.refusal,
        wiring=_wiring(planned, found),
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
    )


def _identity(planned: PlannedCell, found: Findings) -> Identity:
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
        endpoint=_public_url(planned.model.endpoint),
        exit_code=found.execution.exit_code if found.execution else None,
    )


def _served(found: Findings) -> list[str]:
    return sorted({c.model_served for c in found.calls if c.model_served})


def _public_url(url: str | None) -> str | None:
    """An address without user, password and query, which may hold a credential."""
    if url is None:
        return None
    parts = urlsplit(url)
    host = parts.hostname or ""
    return urlunsplit((parts.scheme, f"{host}:{parts.port}" if parts.port else host, parts.path, "", ""))


def _marks(planned: PlannedCell) -> tuple[str, ...]:
    scripted = ("scripted",) if planned.model.scripted else ()
    return scripted + (() if _sealed(planned) else ("provisional",))


def _sealed(planned: PlannedCell) -> bool:
    return planned.runtime.citable and planned.cell.network == "gateway"


def _notes(found: Findings) -> list[str]:
    notes = list(found.notes)
    if found.execution and found.execution.survivors:
        notes.append(f"{found.execution.survivors} processes outlived the CLI and were killed")
    served = _served(found)
    if len(served) > 1:
        notes.append(f"the endpoint named more than one model as its own: {', '.join(served)}"[:500])
    for part in (found.changes, found.grade):
        notes += part.notes if part else ()
    if found.grade and found.grade.refused:
        notes.append(f"not taken from the agent: {', '.join(sorted(found.grade.refused)[:20])}")
    return notes


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
