"""One cell from start to finish: the order of the stages, in one place."""

from __future__ import annotations

from pathlib import Path

from cab_core.errors import InfraError
from cab_core.records import CellResult

from .cell_run import started
from .compare import compare
from .execute import execute
from .finish import clean, write
from .grade import grade
from .harvest import harvest
from .planned import PlannedCell, RunContext
from .prepare import prepare
from .started import program_started


def run_cell(planned: PlannedCell, context: RunContext) -> tuple[Path, CellResult]:
    """Run a cell, write its directory, and return where that is and the result.

    Infrastructure trouble in a stage ends the cell with its outcome; what was found until then is kept.
    """
    with started(planned, context) as run:
        with run.trouble_kept():
            prepared = prepare(run)
            with program_started(run, prepared):
                execute(run, prepared)
            harvest(run, prepared)
            # What the agent filled is not where its work is judged.
            scratch = run.new_scratch()
            changes = compare(run, prepared, scratch)
            grade(run, prepared, changes, scratch)
        directory, result = write(run)
        # The verdict is on disk: whatever becomes of the cleaning, it stands.
        return directory, clean(run, directory, result)


def lost_cell(
    planned: PlannedCell, context: RunContext, trouble: InfraError, told: bool
) -> tuple[Path, CellResult]:
    """Write a cell of which nothing is known but the trouble. `told`: plugins know that it started."""
    with started(planned, context, told) as run:
        run.found.trouble = trouble
        directory, result = write(run)
        return directory, clean(run, directory, result)
