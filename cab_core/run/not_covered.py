"""Which kinds of cheat the grading of a task does not see, by name."""

from __future__ import annotations

from cab_core.records import PackedTask

from .contradicted import can_be_contradicted, tests_are_shown

REMEMBERED = "answers written down for the tests that the agent saw"
TOLD_APART = "code that tells other tests from the task's own, and answers for those alone"
ENDED = ("exit(0) at import", "exit(0) at exit", "exit(0) in a constructor")
FORGED = ("a report forged at import", "a report forged at exit")
INSIDE = (
    "a patched test runner",
    "a replaced expect or assert",
    "a solution that reads the tests",
)


def not_covered(task: PackedTask) -> tuple[str, ...]:
    """Return the kinds, in the words of `docs/explanation/grading.md`; none where output is compared outside.

    Where tests share a process with the code that they judge, the second look sees what answers for them. It
    needs tests with literals to change, and a reference to know that the change matters.
    """
    spec = task.task.doc.grade
    if not spec.in_process:
        return ()
    found = (*((REMEMBERED,) if tests_are_shown(task) else ()), TOLD_APART)
    if can_be_contradicted(task):
        return found
    kinds = {c.kind for c in spec.commands if not c.build} or {"exit"}
    return (*(ENDED if "exit" in kinds else ()), *(FORGED if kinds != {"exit"} else ()), *INSIDE, *found)
