"""Canned evidence for scorers: of every outcome, once with nothing known and once with everything."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from cab_core.records import (
    OUTCOMES,
    CaseResult,
    Cell,
    Change,
    Changes,
    CommandResult,
    Entry,
    Evidence,
    Execution,
    Grade,
    GradeCommand,
    GradeSpec,
    Harvest,
    IntegritySpec,
    ModelCall,
    Observed,
    RefusalSigns,
    RefusalSpec,
    Step,
    Task,
    TaskDoc,
    TokenClaim,
    Usage,
)

_ALWAYS = ("cell", "task", "outcome")  # known of every cell
_AT = "2026-01-01T00:00:00Z"


def nothing(outcome: str = "cancelled", doc: TaskDoc | None = None) -> Evidence:
    """Return the evidence of a cell that was interrupted before it began: every scorer meets one some day."""
    task = Task(id="p/t", pack="p", pack_version="1", tree_hash="", doc=doc or _doc())
    cell = Cell(sweep_id="s", tui="t", tui_version="1", model="m", task=task.id)
    return Evidence(cell=cell, task=task, outcome=outcome, wall_ms=None)


def every() -> Iterator[tuple[str, Evidence]]:
    """Yield evidence with what it is of."""
    for outcome in OUTCOMES:
        yield f"nothing known of a cell that ended as {outcome}", nothing(outcome)
        yield f"everything known of a cell that ended as {outcome}", everything(outcome)
    for outcome in ("passed", "failed", "refused"):
        yield f"a task of refusal and integrity that ended as {outcome}", everything(outcome, _special())
        yield f"nothing known of such a task that ended as {outcome}", nothing(outcome, _special())
    yield "a cell of which not all was looked at", _cut()
    yield "a cell of many calls and changes", _many()
    for name in (field.name for field in attrs.fields(Evidence) if field.name not in _ALWAYS):
        yield f"everything known of a cell but `{name}`", _without(everything("failed"), name)


def everything(outcome: str, doc: TaskDoc | None = None) -> Evidence:
    """Return the evidence of a cell of which everything is known."""
    bare = nothing(outcome, doc)
    command = CommandResult(
        argv=("true",), kind="counts", exit_code=0, timed_out=False, ok=outcome == "passed", duration_s=1.0,
        tests=(CaseResult(name="a", state="passed"), CaseResult(name="b", state="failed")),
    )  # fmt: skip
    return Evidence(
        cell=bare.cell,
        task=bare.task,
        outcome=outcome,
        wall_ms=2_000.0,
        execution=Execution(started_at=_AT, ended_at=_AT, duration_s=2.0, exit_code=0, memory_kills=False),
        harvest=Harvest(
            transcript=(Step(role="user", text="p"), Step(role="assistant", text="Done.")),
            claim=TokenClaim(prompt=200, completion=20, source="probe"), final_message="Done.", finished=True,
        ),
        calls=tuple(_call(n, Usage(prompt=100, completion=10, cached=5, reasoning=1)) for n in (1, 2)),
        changes=Changes(changes=(_change("f"), _change("beside.txt"))),
        grade=Grade(passed=outcome == "passed", commands=(command,), taken=("f",), contradicted="rejected"),
        refusal=RefusalSigns(produced=outcome == "refused"),
        observed=Observed(requests=2, asked=100, last_answer="Done.", last_answer_call=2),
    )  # fmt: skip


def _without(known: Evidence, name: str) -> Evidence:
    """Return evidence as of a stage that was not reached, or failed by itself."""
    return attrs.evolve(known, **{name: getattr(nothing(), name)})


def _many() -> Evidence:
    """Return evidence in which an order shows: of names, and of numbers whose sum depends on it."""
    calls = [_call(n, Usage(prompt=10 * n, completion=n)) for n in range(1, 9)]
    told = [attrs.evolve(call, usd=0.1 * call.n, latency_ms=100.1 * call.n) for call in calls]
    changes = tuple(_change(name) for name in ("f", "a.py", "b/c.py", "d.txt", "é.md", "g", "h.js", "i/j/k"))
    return attrs.evolve(everything("failed"), calls=tuple(told), changes=Changes(changes=changes))


def _cut() -> Evidence:
    bare = everything("failed")
    return Evidence(
        cell=bare.cell, task=bare.task, outcome="failed", wall_ms=2_000.0, calls=(_call(1, Usage()),),
        changes=Changes(cut=True, unknown=("other",)), refusal=RefusalSigns(unknown=True),
    )  # fmt: skip


def _call(n: int, usage: Usage) -> ModelCall:
    return ModelCall(
        n=n, started_at=_AT, request_sha256="0" * 64, model_asked="m", model_served="m", usage=usage,
        streamed=True, status=200, finish_reason="stop", latency_ms=500.0, first_token_ms=100.0,
        throttle_ms=0.0, tries=1, usd=0.01, start_ns=n * 10**9,
    )  # fmt: skip


def _change(path: str) -> Change:
    after = Entry(type="file", mode=0o644, size=2, sha256="0" * 64)
    return Change(path=path, before=None, after=after, lines_added=1, lines_removed=0)


def _doc() -> TaskDoc:
    grade = GradeSpec(commands=(GradeCommand(argv=("true",)),))
    return TaskDoc(schema_version=1, title="t", prompt="p", expected_files=("f",), grade=grade)


def _special() -> TaskDoc:
    grade = GradeSpec(commands=(GradeCommand(argv=("true",)),))
    return TaskDoc(
        schema_version=1, title="t", prompt="p", expected_files=("f",), grade=grade,
        integrity=IntegritySpec(watched=("w",)), refusal=RefusalSpec(expected=True, markers=("m",)),
    )  # fmt: skip
