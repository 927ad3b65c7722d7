"""What the grader found."""

from __future__ import annotations

from typing import Any, Literal

import attrs

from .base import doc

CaseState = Literal["passed", "failed", "skipped", "todo"]
Contradicted = Literal["rejected", "passed", "unknown"]


@attrs.frozen(kw_only=True)
class CaseResult:
    """How one test ended. Names may repeat. `todo`: expected to fail, whatever it did."""

    name: str = attrs.field(metadata=doc("name of the test, as its runner reports it"))
    state: CaseState = attrs.field(metadata=doc("how it ended"))


@attrs.frozen(kw_only=True)
class CommandResult:
    """How one command of the grader ended. `tests` are the results in their order; None: there are none."""

    argv: tuple[str, ...] = attrs.field(metadata=doc("program and arguments, as the task says them"))
    kind: str = attrs.field(
        metadata=doc("how its end is read, as the task says: such as exit, junit or output")
    )
    exit_code: int | None = attrs.field(
        metadata=doc("exit code; null: a signal ended it, or it could not be started")
    )
    timed_out: bool = attrs.field(metadata=doc("it was ended since the time for all commands was over"))
    ok: bool = attrs.field(metadata=doc("the command accepts the result"))
    duration_s: float = attrs.field(metadata=doc("seconds that it ran"))
    reason: str | None = attrs.field(
        default=None, metadata=doc("why it does not accept the result; null: it does")
    )
    stdout_tail: str = attrs.field(default="", metadata=doc("the end of what it printed on standard output"))
    stderr_tail: str = attrs.field(default="", metadata=doc("the end of what it printed on standard error"))
    tests: tuple[CaseResult, ...] | None = None

    def names(self, *states: CaseState) -> list[str]:
        """Return the names of the tests in one of these states."""
        return [t.name for t in self.tests or () if t.state in states]


@attrs.frozen(kw_only=True)
class Grade:
    """The verdict. `taken` is what was taken from the agent, `refused` what was not, with the reason.

    `contradicted`: how what passed fared against tests that contradict the task's: `rejected`, as it must be;
    `passed`, and so `passed` of the verdict is false; or `unknown`, none could be made. None: not looked at.
    `passes_as_it_stands`: whether what failed passes with the tests that the agent changed. None: it
    changed none.
    """

    passed: bool = attrs.field(metadata=doc("every command accepted the result"))
    commands: tuple[CommandResult, ...] = attrs.field(
        default=(), metadata=doc("the commands that were run, in order")
    )
    taken: tuple[str, ...] = attrs.field(default=(), metadata=doc("paths that were taken from the agent"))
    refused: dict[str, str] = attrs.field(
        factory=dict, metadata=doc("paths that were not taken from the agent, each with the reason")
    )
    notes: tuple[str, ...] = attrs.field(
        default=(), metadata=doc("what a reader should know of the grading, in sentences")
    )
    partial_score: float | None = attrs.field(
        default=None,
        metadata=doc(
            "share of the tests that passed, 0 to 1, of those that passed or failed; null: none did"
        ),
    )
    contradicted: Contradicted | None = attrs.field(
        default=None,
        metadata=doc(
            "how what passed fared against tests that contradict the task's: rejected, as it must"
            " be; passed, and so the verdict is no pass; unknown, none could be made; null: not "
            "looked at"
        ),
    )
    passes_as_it_stands: bool | None = None

    @property
    def deciding(self) -> CommandResult | None:
        """The first command that failed, else the first one that ran tests; None where none was run."""
        failed = [c for c in self.commands if not c.ok]
        tested = [c for c in self.commands if c.tests]
        return next(iter(failed or tested[:1] or self.commands[-1:]), None)


def from_former(tests: Any) -> Any:
    """Return results as they are written now: an earlier cab wrote whether each passed, by its name."""
    if not isinstance(tests, dict):
        return tests
    return [{"name": name, "state": "passed" if ok is True else "failed"} for name, ok in tests.items()]
