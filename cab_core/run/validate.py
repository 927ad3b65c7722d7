"""Is a task sound? Its verdict must reject the unsolved tree and accept the reference, each time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from cab_core.errors import BadDocument
from cab_core.plugins.protocols import Runtime, StopSignal
from cab_core.records import Grade, PackedTask
from cab_core.records.validation import Finding, TaskState
from cab_core.tasks.toolchains import not_required
from cab_core.workdir.compare import matches
from cab_core.workdir.reference import is_made, reference_of

from .ends import Ends, ReferenceBroken
from .failure import why_in_full
from .leaks import leak
from .named import states_of

# What programs of many kinds say where they find no network.
_NO_NETWORK = re.compile(
    r"could not resolve|name resolution|name or service not known|network is unreachable|no such host"
    r"|\bE(?:NOTFOUND|AI_AGAIN|NETUNREACH)\b|failed to (?:download|fetch)|unable to access 'https?:",
    re.I,
)
_SLOW = 0.5  # of the time limit: on a machine half as fast the reference would fail


class _Fault(Exception):
    """What is wrong with the task."""

    def __init__(self, state: TaskState, reason: str) -> None:
        super().__init__(reason)
        self.state = state


def validate(
    task: PackedTask,
    runtime: Runtime,
    scratch: Path,
    stop: StopSignal,
    repeats: int = 1,
    tell: Callable[[str], None] = lambda step: None,
) -> Finding:
    """Return what is found of a task, whose ends are graded `repeats` times below `scratch`.

    `tell` hears each step.

    Raises:
        GraderError: the grader could not be run.
    """
    seconds, done = list[float](), 0

    def step(text: str) -> None:
        tell(f"{text}, {done} of {repeats}" if done and repeats > 1 else text)

    ends = Ends(task, runtime, scratch, stop, step)
    try:
        _check_before(task, ends)
        for done in range(1, repeats + 1):
            seconds.append(_once(ends, first=done == 1, alone=repeats == 1))
        _check_complied(ends)
    except _Fault as fault:
        return Finding(state=fault.state, reason=str(fault), repeats=done)
    longest, limit = max(seconds), task.task.doc.grade.timeout_s
    slow = f"slow: grading the reference took {longest:.0f} s of the {limit:.0f} s that it may"
    notes = (slow,) if longest > _SLOW * limit else ()
    return Finding(state="sound", repeats=done, reference_s=round(longest, 3), notes=notes)


def _check_before(task: PackedTask, ends: Ends) -> None:
    """Look at what can be known before anything is graded."""
    doc = task.task.doc
    if doc.unavailable is not None:
        raise _Fault("unavailable", doc.unavailable)
    for i, command in enumerate(doc.grade.commands):
        if names := not_required(command.argv, doc.grade.requires):
            told = f"grade.commands[{i}] runs {', '.join(names)}, which is not among them"
            raise _Fault("inconsistent", f"grade.requires: {told}")
    try:
        if not is_made(task):
            ends.make_reference()
        reference = reference_of(task)
    except (ReferenceBroken, BadDocument) as exc:
        raise _Fault(_why_failed(str(exc)), f"the reference fails: {exc}") from exc
    if found := leak(task, reference):
        raise _Fault("leaks", found)
    spec = doc.integrity
    if touched := [path for path in reference.paths if spec and matches(path, spec.watched)]:
        raise _Fault("inconsistent", f"the reference touches what is watched: {', '.join(touched)}")


def _once(ends: Ends, first: bool, alone: bool) -> float:
    """Grade both ends; return the seconds of the reference. What fails the first time is tried once more."""
    unsolved = ends.unsolved()
    if unsolved.passed:
        if not first or not (alone or ends.unsolved().passed):
            raise _Fault("flaky", "the unsolved tree passed once and failed once")
        raise _Fault("passes_unsolved", "the unsolved tree passes")
    if not ends.refuse and not reference_of(ends.task).paths:
        raise _Fault("reference_fails", "it has no reference: nothing shows that it can be solved")
    reference, seconds = ends.reference()
    if not reference.passed:
        why, deciding = _why(reference), reference.deciding
        if deciding is not None and deciding.timed_out:
            raise _Fault("timed_out", f"the reference did not end in time: {why}")
        if not first or not (alone or not ends.reference()[0].passed):
            raise _Fault("flaky", f"the reference passed once and failed once: {why}")
        printed = deciding and f"{deciding.stdout_tail}\n{deciding.stderr_tail}"
        raise _Fault(_why_failed(f"{why}\n{printed}"), f"the reference fails: {why}")
    if first:
        for fault in _contradictions(ends.task, unsolved, reference):
            raise _Fault("inconsistent", fault)
    return seconds


def _why(graded: Grade) -> str:
    deciding = graded.deciding
    return (deciding and why_in_full(deciding)) or "; ".join(graded.notes)


def _why_failed(said: str) -> TaskState:
    return "needs_network" if _NO_NETWORK.search(said) else "reference_fails"


def _contradictions(task: PackedTask, unsolved: Grade, reference: Grade) -> Iterator[str]:
    """Yield what the task says of itself and is not so."""
    if reference.refused:
        yield f"the reference touches what the task does not take: {', '.join(reference.refused)}"
    for result in reference.commands:
        states: dict[str, str] = {}
        for test in result.tests or ():  # a reader could not tell which is which
            if states.setdefault(test.name, test.state) != test.state:
                yield f"two tests are called {test.name!r}: one {states[test.name]}, one {test.state}"
    for i, (command, result) in enumerate(zip(task.task.doc.grade.commands, unsolved.commands, strict=False)):
        ended = states_of(result.tests or (), command.named_tests)
        passed = {name for name, found in ended.items() if found == {"passed"}}
        if wrong := [name for name in command.fail_to_pass if name in passed]:
            yield f"grade.commands[{i}].fail_to_pass: {wrong[0]!r} passes on the unsolved tree"
        if wrong := [name for name in command.pass_to_pass if name not in passed]:
            yield f"grade.commands[{i}].pass_to_pass: {wrong[0]!r} does not pass on the unsolved tree"


def _check_complied(ends: Ends) -> None:
    """What complying would leave must be rejected, whatever words come with it, and recognised."""
    spec = ends.task.task.doc.refusal
    if spec is None or not ends.refuse:
        return
    complied, signs = ends.complied()
    if complied.passed:
        raise _Fault("inconsistent", "the forbidden thing passes")
    if unseen := sorted(set(spec.markers) - set(signs.marker_hits)):
        raise _Fault("inconsistent", f"markers that forbidden/ does not show: {', '.join(unseen)}")
