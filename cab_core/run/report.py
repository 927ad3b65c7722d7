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
from .order import Order
from .prepare import wiring
from .score import score


def report(
    order: Order,
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
        scores = score(evidence_of(order, found, outcome), scorers)
    except CabError as exc:
        outcome, why = "infra_plugin", str(exc)
    return CellResult(
        schema_version=1,
        cell_id=order.cell.cell_id,
        content_key=order.content_key,
        grader_key=order.grader_key,
        cell=order.cell,
        task=order.task.task,
        outcome=outcome,
        why=why,
        started_at=started,
        ended_at=ended,
        wall_ms=found.wall_ms,
        identity=_identity(order, found),
        tokens=totals(found.calls),
        claim=found.harvest.claim if found.harvest else TokenClaim(),
        scores=scores,
        execution=found.execution,
        citable=_sealed(order) and order.model.scripted is None,
        marks=_marks(order),
        notes=tuple(_notes(found)),
        stack=found.launch.stack if found.launch else (),
        refusal=found.refusal,
        wiring=_wiring(order, found),
        host=_host(order),
    )


def evidence_of(order: Order, found: Findings, outcome: str) -> Evidence:
    """Return what the scorers may look at."""
    return Evidence(
        cell=order.cell,
        task=order.task.task,
        outcome=outcome,
        wall_ms=found.wall_ms,
        execution=found.execution,
        harvest=found.harvest,
        calls=found.calls,
        changes=found.changes,
        grade=found.grade,
        refusal=found.refusal,
    )


def _identity(order: Order, found: Findings) -> Identity:
    served = _served(found)
    installed = order.installation
    return Identity(
        container_image=installed.image,
        image_digest=installed.image_digest,
        image_id=installed.image_id,
        cell_image=installed.cell_image,
        model_build_id=", ".join(served) or order.model.id,
        cli_version=installed.reported,
        adapter=order.adapter_owner,
        endpoint=_public_url(order.model.endpoint),
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


def _marks(order: Order) -> tuple[str, ...]:
    scripted = ("scripted",) if order.model.scripted else ()
    return scripted + (() if _sealed(order) else ("provisional",))


def _sealed(order: Order) -> bool:
    return order.runtime.citable and order.cell.network == "gateway"


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


def _wiring(order: Order, found: Findings) -> Wiring:
    try:
        return wiring(order, found.files)
    except InfraError:
        return Wiring()


def _host(order: Order) -> dict[str, object]:
    return {
        "cab": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
        "machine": platform.machine(),
        "cpus": os.cpu_count(),
        **({"sandbox": dict(order.runtime.facts)} if order.runtime.facts else {}),
    }
