"""Grading the kept work of a finished try again: the stages from `grade` on, without the CLI or a model."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import attrs

from cab_core.errors import CabError, GraderError
from cab_core.gateway.session import new_token
from cab_core.plugins.protocols import Runtime, Scorer, StopSignal
from cab_core.records import OUTCOMES, Cell, CellResult, Evidence, Grade, Inputs, PackedTask
from cab_core.records.result import Regraded
from cab_core.records.wire import WIRE_FILE
from cab_core.redaction import Redactor
from cab_core.store.cells import Store, read_evidence, write_json
from cab_core.store.reading import opened
from cab_core.store.standing import try_number
from cab_core.trace.clock import utc_now

from .classify import classify
from .grade import judge
from .grader import Grader
from .kept_work import PATCH, KeptWork, NotKept, kept_changes, lay_out
from .not_covered import not_covered
from .report import OF_TASK, marks_of_task, notes_of_grade
from .rescore import findings_of
from .score import score
from .secrets import hide_pack, hide_scratch, public_result, redactor_of
from .validated import kept

# What of the CLI's run a regraded try has, too: all but the verdict and what follows from it.
_CARRIED = (
    PATCH, "changes.json", "harvest.json", "observed.json", "calls.jsonl", WIRE_FILE, "spans.jsonl",
    "terminal.cast", "stdout.log", "stderr.log",
)  # fmt: skip
_UNKNOWN = (
    "whether it would pass with the tests that the agent changed is not known: the try does not keep all"
)


@attrs.frozen(kw_only=True)
class Regrade:
    """A finished try in `directory`, and by what its work is to be judged now."""

    cell: Cell
    task: PackedTask
    runtime: Runtime
    inputs: Inputs
    directory: Path


def regrade(
    what: Regrade, store: Store, scorers: Sequence[Scorer], stop: StopSignal
) -> tuple[Path, CellResult]:
    """Judge and score the work of a try again, written as another try; return where, and its result.

    Until there is a verdict nothing is written.

    Raises:
        NotKept: what the try keeps is not enough.
        GraderError: the grader could not be run, or was interrupted.
        InfraError: there is no place to run it in.
        OSError: the try cannot be written.
    """
    try:
        result, evidence = read_evidence(what.directory)
    except CabError as exc:
        raise NotKept(str(exc)) from exc
    _check_ended(result, evidence)
    changes = kept_changes(what.directory, what.task, what.inputs)
    with what.runtime.scratch() as left, what.runtime.scratch() as scratch:
        secrets = _secrets(what.task, left, scratch)
        work = lay_out(what.directory, what.task, changes, left / "work")
        grade = _judged(what, work, evidence, scratch, secrets, stop)
        found = _result(what, result, evidence, grade, store, scorers)
        return _written(what, store, public_result(found, secrets), grade, scratch / "grade.log", secrets)


def _check_ended(result: CellResult, evidence: Evidence) -> None:
    """See that what is on record leads to the outcome that the try states: else it would to any."""
    if result.outcome == "grader_error":
        return
    outcome, why = classify(findings_of(evidence))
    if outcome != result.outcome:
        raise NotKept(f"it says {result.outcome}, and its files say {outcome}: {why}")


def _secrets(task: PackedTask, *scratch: Path) -> Redactor:
    secrets = redactor_of((), new_token())  # what a cell keeps holds no key
    hide_pack(secrets, task)
    for place in scratch:
        hide_scratch(secrets, place)
    return secrets


def _judged(
    what: Regrade, left: KeptWork, evidence: Evidence, scratch: Path, secrets: Redactor, stop: StopSignal
) -> Grade:
    grader = Grader(
        task=what.task,
        runtime=what.runtime,
        scratch=scratch / "grade",
        log=scratch / "grade.log",
        stop=stop,
        secrets=secrets,
    )
    grade = judge(grader, left.changes, left.work, evidence.refusal)
    if stop.is_set():
        raise GraderError("the grader was interrupted")
    if left.lacking and grade.passes_as_it_stands is not None:
        return attrs.evolve(grade, passes_as_it_stands=None, notes=(*grade.notes, _UNKNOWN))
    return grade


def _result(
    what: Regrade,
    ran: CellResult,
    evidence: Evidence,
    grade: Grade,
    store: Store,
    scorers: Sequence[Scorer],
) -> CellResult:
    """Return the result: of the run what it was, of the judging what was found now.

    Raises:
        NotKept: even with a verdict it says nothing of the agent.
    """
    before, evidence = evidence.grade, attrs.evolve(evidence, task=what.task.task, grade=grade)
    outcome, why = classify(findings_of(evidence))
    if OUTCOMES[outcome].retry:
        raise NotKept(f"it ended {outcome}: {why}")
    scored = score(attrs.evolve(evidence, outcome=outcome), scorers)
    validation = kept(what.task, what.inputs.grader_key)
    gone = set(notes_of_grade(before)) if before else set()
    notes = [note for note in ran.notes if note not in gone]
    voided = store.voided(what.cell, ran.content_key, str(what.directory))
    return attrs.evolve(
        ran,
        cell=what.cell,
        grader_key=what.inputs.grader_key,
        task=what.task.task,
        outcome=outcome,
        why=why,
        scores=scored.scores,
        unscored=scored.unscored,
        rescored=None,
        regraded=Regraded(at=utc_now(), of_try=_origin(what, ran), outcome=ran.outcome),
        marks=(*(m for m in ran.marks if m not in OF_TASK), *marks_of_task(what.task, validation)),
        validation=validation,
        notes=(*notes, *notes_of_grade(grade)),
        not_covered=not_covered(what.task),
        pack_by_path=what.task.directory is not None,
        voided=voided.outcomes,
        voided_tokens=voided.tokens,
        voided_usd=voided.usd,
    )


def _origin(what: Regrade, ran: CellResult) -> int:
    """Return the number of the try in which the CLI ran."""
    return ran.regraded.of_try if ran.regraded else try_number(what.directory.name) or 0


def _written(
    what: Regrade, store: Store, result: CellResult, grade: Grade, log: Path, secrets: Redactor
) -> tuple[Path, CellResult]:
    part = store.begin(what.cell)
    for name in _CARRIED:
        source = opened(what.directory / name)
        if source is not None:
            with source, (part / name).open("xb") as target:
                shutil.copyfileobj(source, target)
    if log.exists():
        shutil.copyfile(log, part / "grade.log")
    write_json(part / "grade.json", secrets.record(grade))
    write_json(part / "inputs.json", what.inputs)
    return store.finish(part, result), result
