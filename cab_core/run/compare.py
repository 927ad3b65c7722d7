"""Stage `compare`: what the agent changed. It is dead: nothing moves in its work dir any more."""

from __future__ import annotations

from pathlib import Path

from cab_core.records import Changes
from cab_core.trace.clock import utc_now
from cab_core.workdir import compare as manifests
from cab_core.workdir.deciding import Deciding, deciding_paths
from cab_core.workdir.directories import PRISTINE, STAGING
from cab_core.workdir.manifest import Manifest, take_manifest
from cab_core.workdir.materialise import materialise
from cab_core.workdir.patch import write_patch

from .cell_run import CellRun
from .prepare import Prepared
from .refusal import LastWords, refusal_signs


def compare(run: CellRun, prepared: Prepared, scratch: Path) -> Changes:
    """Compare the work dir with what it was, and write the patch; found: changes and signs of a refusal."""
    run.found.ended_at = utc_now()
    if run.context.stop.is_set():
        return Changes(cut=True, notes=("the run was interrupted: what changed was not looked at",))
    task, doc = run.planned.task, run.planned.task.task.doc
    with run.trace.span("compare", f"compare:{task.task.id}"):
        first = deciding_paths(task)
        after = _left(run, prepared, first)
        found = manifests.compare(prepared.before, after, doc.by_products, first)
        materialise(task.section("workdir"), scratch / PRISTINE)
        patch = run.part / "changes.patch"
        changes = write_patch(
            found, scratch / PRISTINE, prepared.work, patch, scratch / STAGING, first, run.secrets.data
        )
    run.found.changes = changes
    run.write("changes.json", changes)
    everything = manifests.compare(prepared.before, after, first=first, directories=True)
    run.found.refusal = refusal_signs(doc.refusal, _last_words(run), changes, everything, prepared.work)
    return changes


def _left(run: CellRun, prepared: Prepared, first: Deciding) -> Manifest:
    after = take_manifest(prepared.work, first)
    if run.found.execution and run.found.execution.cut:
        after.unknown.update(first.all())
        after.notes.append("only a part of the work dir was brought back")
    return after


def _last_words(run: CellRun) -> LastWords:
    """Return the agent's last word as its adapter read it, else as it crossed the wire."""
    harvest, observed = run.found.harvest, run.found.observed
    if harvest is not None and harvest.final_message is not None:
        return LastWords(text=harvest.final_message)
    if observed is None or not observed.requests:
        return LastWords()
    return LastWords(text=observed.last_answer or "", cut=observed.last_answer_cut)
