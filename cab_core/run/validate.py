"""Is a task sound? Its grader must reject the unsolved tree and accept the reference."""

from __future__ import annotations

from pathlib import Path

from cab_core.plugins.protocols import Runtime, StopSignal
from cab_core.records import Grade, PackedTask
from cab_core.workdir.compare import compare
from cab_core.workdir.manifest import take
from cab_core.workdir.materialise import lay_out

from .grade import grade


def validate(task: PackedTask, runtime: Runtime, scratch: Path, stop: StopSignal) -> str | None:
    """Return what is wrong with a task, or None where it is sound.

    Raises:
        GraderError: the grader could not be run.
    """
    if grade_tree(task, runtime, scratch / "unsolved", stop, solved=False).passed:
        return "the unsolved tree passes"
    reference = grade_tree(task, runtime, scratch / "reference", stop, solved=True)
    if not reference.passed:
        deciding = reference.deciding
        return f"the reference fails: {(deciding and deciding.reason) or '; '.join(reference.notes)}"
    if reference.refused:
        return f"the reference touches what the task does not take: {', '.join(reference.refused)}"
    return None


def grade_tree(task: PackedTask, runtime: Runtime, scratch: Path, stop: StopSignal, solved: bool) -> Grade:
    """Grade a work dir as it is, or with the reference solution laid over it."""
    work = scratch / "work"
    lay_out(task.section("workdir"), work)
    before = take(work)
    if solved:
        lay_out(task.section("solution"), work)
    changes = compare(before, take(work), task.task.doc.by_products)
    return grade(task, changes, work, scratch / "grade", runtime, scratch / "grade.log", stop)
