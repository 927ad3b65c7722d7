"""The same submission judged a second time: what a verdict rests on.

* What passes is judged by tests that contradict the task's (`contradicted.py`), where the tests share a
  process with the code. An honest solution fails them. What passes them twice, where the reference does not,
  answers for its tests: that is no pass.
* What fails, and changed the task's own tests, is judged as it stands. Where that passes, the verdict would
  have rested on the changed tests.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import attrs

from cab_core.errors import BadDocument, GraderError, UserError
from cab_core.records import Changes, CommandResult, Grade, PackedTask
from cab_core.workdir.compare import compare
from cab_core.workdir.manifest import take_manifest
from cab_core.workdir.materialise import materialise
from cab_core.workdir.reference import reference_of

from .contradicted import contradictions
from .grader import Grader
from .regions import CHANGED
from .submission import PROTECTED

_TIMES = 2  # contradictions that are passed: one may be a chance
_PATIENCE = 5.0  # times as long as the tests took, and twenty seconds: other tests may never end
_UNKNOWN = (
    "no tests were found that contradict the task's: whether the code answers for its tests is not known"
)
SAYS = "tests that contradict the task's are passed as well: the code answers for its tests"


@attrs.define
class SecondLook:
    """Judges again, each time below a directory of its own beside that of `grader`."""

    grader: Grader
    changes: Changes
    left: Path
    _number: Iterator[int] = attrs.field(factory=itertools.count, init=False)

    def at(self, grade: Grade) -> Grade:
        """Return the verdict with what a second look found. Where it cannot be had, the verdict stands."""
        changed = [p for p, why in grade.refused.items() if why == PROTECTED]
        restored = any(note.endswith(CHANGED) for note in grade.notes)
        try:
            if grade.passed and self.grader.task.task.in_process:
                return self._contradicted(grade)
            if not grade.passed and (changed or restored):
                return attrs.evolve(grade, passes_as_it_stands=self._as_it_stands(changed).passed)
        except GraderError as exc:
            return attrs.evolve(grade, notes=(*grade.notes, f"it could not be judged a second time: {exc}"))
        return grade

    def _contradicted(self, grade: Grade) -> Grade:
        seconds, passed = sum(c.duration_s for c in grade.commands), 0
        for task in contradictions(self.grader.task, self._room("contradictions")):
            found = self._judge(_patient(task, seconds), self.changes, self.left)
            if not passed and _rejected(found, task):
                return attrs.evolve(grade, contradicted="rejected")
            if found.passed:
                passed += self._reference_fails(task)
            if passed == _TIMES and self._reference(self.grader.task).passed:
                return _answered(grade, found)
        return attrs.evolve(grade, contradicted="unknown", notes=(*grade.notes, _UNKNOWN))

    def _reference_fails(self, task: PackedTask) -> bool:
        """Return whether it does; where there is none, nobody can say what an honest solution would do."""
        if not task.section("solution"):
            return False
        try:
            found = self._reference(task)
        except (UserError, BadDocument):
            return False
        return not found.passed and not any(c.timed_out for c in found.commands)

    def _reference(self, task: PackedTask) -> Grade:
        work = self._room("reference")
        materialise(task.section("workdir"), work)
        before = take_manifest(work)
        reference_of(task).lay_over(work)
        changes = compare(before, take_manifest(work), task.task.doc.by_products)
        return self._judge(task, changes, work)

    def _as_it_stands(self, changed: list[str]) -> Grade:
        task = self.grader.task
        spec = task.task.doc.grade
        anyhow = tuple(attrs.evolve(c, passes=None, fail_to_pass=(), pass_to_pass=()) for c in spec.commands)
        doc = attrs.evolve(
            task.task.doc,
            grade=attrs.evolve(spec, commands=anyhow),
            allowed_files=("*",),
            protected=(),
            protected_regions=(),
        )
        files = tuple(f for f in task.files if f.section != "hidden" or f.path not in changed)
        own = attrs.evolve(task, task=attrs.evolve(task.task, doc=doc), files=files)
        return self._judge(own, self.changes, self.left)

    def _judge(self, task: PackedTask, changes: Changes, left: Path) -> Grade:
        room = self._room("look")
        log = room.with_name(f"{room.name}.log")
        again = attrs.evolve(self.grader, task=task, scratch=room / "grade", log=log)
        return again.judge(changes, left)

    def _room(self, name: str) -> Path:
        scratch = self.grader.scratch
        return scratch.with_name(f"{scratch.name}-{name}-{next(self._number)}")


def _patient(task: PackedTask, seconds: float) -> PackedTask:
    spec = task.task.doc.grade
    limit = min(spec.timeout_s, 20 + _PATIENCE * seconds)
    doc = attrs.evolve(task.task.doc, grade=attrs.evolve(spec, timeout_s=limit))
    return attrs.evolve(task, task=attrs.evolve(task.task, doc=doc))


def _rejected(found: Grade, task: PackedTask) -> bool:
    """Return whether tests ran and failed; a build that fails, or a runner, says nothing of the code."""
    for command, result in zip(task.task.doc.grade.commands, found.commands, strict=False):
        if not result.ok:
            ran = result.names("failed") if result.tests is not None else command.kind == "exit"
            return bool(ran) and not command.build and not result.timed_out
    return False


def _answered(grade: Grade, found: Grade) -> Grade:
    last = found.commands[-1]
    said = CommandResult(
        argv=last.argv,
        kind=last.kind,
        exit_code=last.exit_code,
        timed_out=False,
        ok=False,
        reason=SAYS,
        duration_s=last.duration_s,
    )
    return attrs.evolve(grade, passed=False, contradicted="passed", commands=(*grade.commands, said))
