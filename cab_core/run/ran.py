"""The verdict over all commands of a grader, and what a reader should know of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from cab_core.records import CommandResult, Grade, GradeCommand

from .submission import Submission


@attrs.frozen
class Ran:
    """A command that ran. `ended_early`: with exit code 0, before it had said all."""

    result: CommandResult
    ended_early: bool = False

    @classmethod
    def failed(cls, command: GradeCommand, reason: str) -> Ran:
        """Return the end of a command that could not be started."""
        return cls(
            CommandResult(
                argv=command.argv,
                kind=command.kind,
                exit_code=None,
                timed_out=False,
                ok=False,
                duration_s=0.0,
                reason=reason,
            )
        )


def grade_of(submission: Submission, commands: Sequence[GradeCommand], ran: Sequence[Ran]) -> Grade:
    """Return the verdict: all commands must be accepted."""
    results = tuple(r.result for r in ran)
    passed = sum(len(r.names("passed")) for r in results)
    judged = passed + sum(len(r.names("failed")) for r in results)
    return Grade(
        passed=bool(results) and all(r.ok for r in results),
        commands=results,
        taken=tuple(submission.taken),
        refused=submission.refused,
        notes=(*submission.notes, *_early(ran), *_differ(commands, results)),
        partial_score=passed / judged if judged else None,
    )


def _early(ran: Sequence[Ran]) -> Iterator[str]:
    """Code under test that ends its driver is no failure of infrastructure, and no common failure either."""
    for i, each in enumerate(ran, 1):
        if each.ended_early:
            said = f"ended with exit code 0 before it had said all: {each.result.reason}"
            yield f"command {i} of the grader ({each.result.kind}) {said}"


def _differ(commands: Sequence[GradeCommand], results: Sequence[CommandResult]) -> Iterator[str]:
    """Two checks of one fix should agree: where they do not, the code may have answered for its judge."""
    pairs = list(zip(commands, results, strict=False))
    inside = [r.ok for c, r in pairs if c.in_process]
    outside = [r.ok for c, r in pairs if c.kind == "output"]
    if inside and outside and all(inside) != all(outside):
        words = ("accept it", "rejects it") if all(inside) else ("reject it", "accepts it")
        yield f"tests in the code's own process {words[0]}; the comparison of output outside {words[1]}"
