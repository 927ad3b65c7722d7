"""What the grader found."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class CommandResult:
    """How one command of the grader ended. `tests` maps a test's name to whether it passed."""

    argv: tuple[str, ...]
    kind: str
    exit_code: int | None
    timed_out: bool
    ok: bool
    duration_s: float
    reason: str | None = None
    stdout_tail: str = ""
    stderr_tail: str = ""
    tests: dict[str, bool] | None = None


@attrs.frozen(kw_only=True)
class Grade:
    """The verdict. `taken` is what was taken from the agent, `refused` what was not, with the reason."""

    passed: bool
    commands: tuple[CommandResult, ...] = ()
    taken: tuple[str, ...] = ()
    refused: dict[str, str] = attrs.field(factory=dict)
    notes: tuple[str, ...] = ()
    partial_score: float | None = None

    @property
    def deciding(self) -> CommandResult | None:
        """The first command that failed, else the first one that ran tests; None where none was run."""
        failed = [c for c in self.commands if not c.ok]
        tested = [c for c in self.commands if c.tests]
        return next(iter(failed or tested[:1] or self.commands[-1:]), None)
