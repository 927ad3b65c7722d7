"""The marks of a cell: what a reader must know of it before quoting it."""

from __future__ import annotations

from collections.abc import Iterable

SEALED = "sealed"
SCRIPTED = "scripted"
PROVISIONAL = "provisional"
IN_PROCESS = "in-process"
RESCORED = "rescored"
REGRADED = "regraded"
UNVALIDATED = "unvalidated"
PRIVATE = "private"

# What each mark says, for every legend. One that is not listed here is shown without an explanation.
MARKS = {
    SEALED: "the CLI ran in a container whose only way out was the gateway",
    PROVISIONAL: "the CLI did not run sealed in a container; not for citation",
    SCRIPTED: "no language model answered but a script, or the record of an earlier run; it proves the "
    "harness, and says nothing of a CLI",
    IN_PROCESS: "the grader's tests ran in one process with the code they judge, which can forge them",
    UNVALIDATED: "nobody found the task sound, that its unsolved tree fails and its reference passes: "
    "`cab tasks validate`",
    PRIVATE: "the task is of a private pack, whose author does not want it to be published",
    RESCORED: "`cab rescore` came to other figures than the run itself; the page of the cell has both",
    REGRADED: "the kept patch of an earlier try was graded again, since the grader had changed; no model was "
    "called for it, and tokens and time are those of that try",
    "incomplete": "a cell without a verdict, or a configuration without one on some task of the page",
}


def marks_together(cells: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """Return the marks of a group of cells: a warning where any cell has it, `sealed` where every one has."""
    each = [frozenset(marks) for marks in cells]
    found = frozenset().union(*each)
    if not all(SEALED in marks for marks in each):
        found -= {SEALED}
    return tuple(sorted(found))


def legend(marks: Iterable[str]) -> dict[str, str]:
    """Return what these marks say, in the order of `MARKS`. Behind a colon a mark may say more of its own."""
    shown = frozenset(mark.partition(":")[0] for mark in marks)
    return {mark: says for mark, says in MARKS.items() if mark in shown}
