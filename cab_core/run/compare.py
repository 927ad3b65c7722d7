"""Stage `compare`: what the agent changed. It is dead: nothing moves in its work dir any more."""

from __future__ import annotations

from pathlib import Path

from cab_core.records import Changes
from cab_core.trace.clock import utc_now
from cab_core.workdir import compare as manifests
from cab_core.workdir.directories import PRISTINE, STAGING
from cab_core.workdir.manifest import Manifest, take_manifest
from cab_core.workdir.materialise import materialise
from cab_core.workdir.patch import write_patch

from .cell_run import CellRun
from .prepare import Prepared
from .refusal import refusal_signs


def compare(run: CellRun, prepared: Prepared, scratch: Path) -> Changes:
    """Compare the work dir with what it was, and write the patch; found: changes and signs of a refusal."""
    run.found.ended_at = utc_now()
    if run.context.stop.is_set():
        return Changes(cut=True, notes=("the run was interrupted: what changed was not looked at",))
    task, doc = run.planned.task, run.planned.task.task.doc
    with run.trace.span("compare", f"compare:{task.task.id}"):
        after = _left(run, prepared)
        found = manifests.compare(prepared.before, after, doc.by_products)
        materialise(task.section("workdir"), scratch / PRISTINE)
        patch = run.part / "changes.patch"
        changes = write_patch(
            found, scratch / PRISTINE, prepared.work, patch, scratch / STAGING, run.secrets.data
        )
    run.found.changes = changes
    run.write("changes.json", changes)
    everything = manifests.compare(prepared.before, after)
    run.found.refusal = refusal_signs(doc.refusal, run.found.harvest, changes, everything, prepared.work)
    return changes


def _left(run: CellRun, prepared: Prepared) -> Manifest:
    after = take_manifest(prepared.work)
    if run.found.execution and run.found.execution.cut:
        after.cut = True
        after.notes.append("only a part of the work dir was brought back")
    return after
