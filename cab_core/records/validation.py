"""Whether a task can judge anybody: what was found when its grader was held against both ends."""

from __future__ import annotations

from typing import Literal

import attrs

from .base import doc

TaskState = Literal[
    "sound",
    "passes_unsolved",
    "reference_fails",
    "flaky",
    "leaks",
    "inconsistent",
    "needs_network",
    "timed_out",
    "toolchain_missing",
    "unavailable",
    "not_run",
]
# What a state says, in words for people.
STATES: dict[TaskState, str] = {
    "sound": "the unsolved tree fails and the reference passes, each time",
    "passes_unsolved": "the unsolved tree passes: nobody need solve it",
    "reference_fails": "the reference does not pass: nobody could",
    "flaky": "the same tree passed once and failed once",
    "leaks": "the work dir holds the answer",
    "inconsistent": "what the task says of itself is not so",
    "needs_network": "its grader or its reference asks for a network, which no sealed run has",
    "timed_out": "the reference did not end in time: a slow task, or a busy machine",
    "toolchain_missing": "a program that its grader needs is not there",
    "unavailable": "it needs what cab cannot give",
    "not_run": "the grader could not be run; that says nothing of the task",
}
# Of this machine and this moment, not of the task: it is not kept.
OF_THE_MOMENT = frozenset[TaskState]({"not_run", "timed_out", "toolchain_missing"})


@attrs.frozen(kw_only=True)
class Finding:
    """What was found of a task. `reason` is None for a sound one alone."""

    state: TaskState = attrs.field(metadata=doc("sound, or what is wrong with it"))
    reason: str | None = attrs.field(default=None, metadata=doc("what was seen, in a sentence"))
    repeats: int = attrs.field(default=0, metadata=doc("how often both ends were graded"))
    reference_s: float | None = attrs.field(
        default=None, metadata=doc("seconds that grading the reference took at most; null: it was not")
    )
    notes: tuple[str, ...] = attrs.field(default=(), metadata=doc("such as that it is slow"))

    @property
    def fault(self) -> str | None:
        """What is wrong with the task, or None."""
        return None if self.state == "sound" else self.reason or self.state


@attrs.frozen(kw_only=True)
class Validation(Finding):
    """A finding with all that it holds for."""

    schema_version: Literal[1] = attrs.field(default=1, metadata=doc("version of this format"))
    task: str = attrs.field(metadata=doc("id of the task"))
    tree_hash: str = attrs.field(metadata=doc("hash of the task, over every file"))
    key: str = attrs.field(metadata=doc("sha256 over the task, its grader and the runtime's programs"))
    runtime: str = attrs.field(metadata=doc("the runtime in which it was graded"))
    cab: str = attrs.field(metadata=doc("version of cab that found it"))
    at: str = attrs.field(metadata=doc("when it was found, UTC, ISO 8601"))
