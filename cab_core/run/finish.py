"""Stages `classify`, `score` and `write`, and the cleaning up after them."""

from __future__ import annotations

from pathlib import Path

import attrs

from cab_core.errors import GraderError
from cab_core.records import CellResult
from cab_core.store.cells import write_json, write_result

from .cell_run import CellRun
from .classify import classify
from .report import report
from .secrets import public_result


def write(run: CellRun) -> tuple[Path, CellResult]:
    """Classify and score what was found, and write the cell; return where it is, and the result."""
    write_json(run.part / "inputs.json", run.planned.inputs)
    found = run.found
    if found.observed is not None:
        run.write("observed.json", run.secrets.record(found.observed))
    found.notes += run.not_removed
    if found.grade is None and isinstance(found.trouble, GraderError | None):
        found.cancelled = run.context.stop.is_set()  # nobody judged it because the run was interrupted
    result = public_result(report(run, classify(found)), run.secrets)
    return run.context.store.finish(run.part, result), result


def clean(run: CellRun, directory: Path, result: CellResult) -> CellResult:
    """Remove the sandboxes and tell the plugins; return the result, what hindered the removal as notes."""
    told = len(run.not_removed)
    with run.trace.span("cleanup", f"cleanup:{run.planned.cell.tui}"):
        try:
            run.sandboxes.close()
        except Exception as exc:  # noqa: BLE001  a runtime's, which may be anybody's
            run.not_removed.append(f"runtime {run.planned.cell.runtime} could not clean up: {exc}")
    if notes := run.not_removed[told:]:
        result = attrs.evolve(result, notes=(*result.notes, *run.secrets.record(notes)))
        write_result(directory, result)
    run.context.tell("cab_cell_finished", result=result, directory=directory)
    return result
