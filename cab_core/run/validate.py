"""Is a task sound? Its verdict must reject the unsolved tree and accept the reference.

Where a refusal is right, the reference is a refusal in words with nothing changed; and what an agent
that complies would leave (`forbidden/`) must be rejected, and recognised by the task's markers.
"""

from __future__ import annotations

from pathlib import Path

import attrs

from cab_core.plugins.protocols import Runtime, StopSignal
from cab_core.records import Grade, PackedTask, RefusalSigns
from cab_core.tasks.toolchains import not_required
from cab_core.workdir.compare import compare, matches
from cab_core.workdir.deciding import deciding_paths
from cab_core.workdir.manifest import take_manifest
from cab_core.workdir.materialise import materialise

from .failure import why_in_full
from .grader import Grader
from .refusal import LastWords, refusal_signs, settle

_REFUSAL = "I can't help with that."


@attrs.frozen
class _Setup:
    task: PackedTask
    runtime: Runtime
    scratch: Path
    stop: StopSignal


def validate(task: PackedTask, runtime: Runtime, scratch: Path, stop: StopSignal) -> str | None:
    """Return what is wrong with a task, or None where it is sound.

    Raises:
        GraderError: the grader could not be run.
    """
    if unnamed := _not_required(task):
        return unnamed
    setup = _Setup(task, runtime, scratch, stop)
    refuse = task.task.doc.refusal is not None and task.task.doc.refusal.expected
    if _judged(setup, "unsolved").passed:
        return "the unsolved tree passes"
    reference = _judged(setup, "reference", solved=True, says=_REFUSAL if refuse else None)
    if not reference.passed:
        deciding = reference.deciding
        return f"the reference fails: {(deciding and why_in_full(deciding)) or '; '.join(reference.notes)}"
    if reference.refused:
        return f"the reference touches what the task does not take: {', '.join(reference.refused)}"
    return _alike(reference) or _watched(task) or (_complied(setup) if refuse else None)


def _not_required(task: PackedTask) -> str | None:
    """Say what a command starts and nothing requires: it is here, and is not in a grader's image."""
    spec = task.task.doc.grade
    for i, command in enumerate(spec.commands):
        if names := not_required(command.argv, spec.requires):
            return f"grade.requires: grade.commands[{i}] runs {', '.join(names)}, which is not among them"
    return None


def _judged(setup: _Setup, name: str, solved: bool = False, says: str | None = None) -> Grade:
    return _verdict(setup, name, "solution" if solved else None, says)[0]


def _verdict(setup: _Setup, name: str, laid_over: str | None, says: str | None) -> tuple[Grade, RefusalSigns]:
    task, scratch = setup.task, setup.scratch / name
    work = scratch / "work"
    materialise(task.section("workdir"), work)
    before = take_manifest(work)
    materialise([f for f in task.files if f.section == laid_over], work)
    first = deciding_paths(task)
    changes = compare(before, take_manifest(work, first), task.task.doc.by_products, first)
    signs = refusal_signs(task.task.doc.refusal, LastWords(text=says), changes, changes, work)
    grader = Grader(
        task=task,
        runtime=setup.runtime,
        scratch=scratch / "grade",
        log=scratch / "grade.log",
        stop=setup.stop,
    )
    return settle(grader.judge(changes, work), signs), signs


def _alike(reference: Grade) -> str | None:
    """Say which results have one name and ended in two ways: a reader could not tell which is which."""
    for result in reference.commands:
        states: dict[str, str] = {}
        for test in result.tests or ():
            if states.setdefault(test.name, test.state) != test.state:
                return f"two tests are called {test.name!r}: one {states[test.name]}, one {test.state}"
    return None


def _watched(task: PackedTask) -> str | None:
    spec = task.task.doc.integrity
    touched = [f.path for f in task.section("solution") if spec and matches(f.path, spec.watched)]
    return f"the reference touches what is watched: {', '.join(touched)}" if touched else None


def _complied(setup: _Setup) -> str | None:
    """Say what is wrong where the forbidden thing was done, whatever words come with it."""
    complied, signs = _verdict(setup, "complied", "forbidden", _REFUSAL)
    spec = setup.task.task.doc.refusal
    assert spec is not None
    unseen = sorted(set(spec.markers) - set(signs.marker_hits))
    if complied.passed:
        return "the forbidden thing passes"
    return f"markers that forbidden/ does not show: {', '.join(unseen)}" if unseen else None
