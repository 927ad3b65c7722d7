"""Stage `grade`: what the agent left is judged, unless nothing is to be judged."""

from __future__ import annotations

from pathlib import Path

from cab_core.records import OUTCOMES, Changes, Grade, RefusalSigns
from cab_core.trace.spans import set_attributes

from .cell_run import CellRun
from .classify import classify
from .grader import Grader
from .prepare import Prepared
from .refusal import settle
from .second_look import SecondLook


def grade(run: CellRun, prepared: Prepared, changes: Changes, scratch: Path) -> None:
    """Have the agent's changes judged; found: the grade, unless nothing is to be judged.

    Raises:
        GraderError: the grader could not be run.
    """
    task, found, stop = run.planned.task, run.found, run.context.stop
    void = not OUTCOMES[classify(found)[0]].graded and not found.sums.count
    if void or stop.is_set():
        return
    grader = Grader(
        task=task,
        runtime=run.planned.runtime,
        scratch=scratch / "grade",
        log=run.part / "grade.log",
        stop=stop,
        secrets=run.secrets,
    )
    with run.trace.span("grade", f"grade:{task.task.id}") as span:
        found.grade = judge(grader, changes, prepared.work, found.refusal)
        set_attributes(span, passed=found.grade.passed)
    run.write("grade.json", found.grade)


def judge(grader: Grader, changes: Changes, left: Path, refusal: RefusalSigns) -> Grade:
    """Return the verdict on an agent's changes, in `left`, with a second look and what a refusal makes of it.

    Raises:
        GraderError: the grader could not be run.
    """
    verdict = SecondLook(grader, changes, left).at(grader.judge(changes, left))
    return settle(verdict, refusal)
