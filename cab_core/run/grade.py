"""Stage `grade`: a fresh directory and fresh processes judge what the agent left."""

from __future__ import annotations

import time
from pathlib import Path

import attrs

from cab_core.errors import GraderError, SandboxError
from cab_core.plugins.protocols import Channel, Runtime, StopSignal
from cab_core.records import (
    Changes,
    CommandResult,
    Execution,
    Grade,
    GradeCommand,
    PackedTask,
    Process,
    Sandbox,
)
from cab_core.trace.recording import CappedLog
from cab_core.workdir.directories import GRADER, make_directories, reopen
from cab_core.workdir.materialise import materialise

from .submission import Submission, assemble
from .verdicts import verdict

_KEEP = 1 << 20  # bytes of a command's output that are read for its verdict
TAIL = 4000  # characters of output on the axis


class _Captured:
    """An `Output` that keeps what a command prints, and writes it to the grader's log."""

    def __init__(self, log: CappedLog) -> None:
        self._log = log
        self._kept: dict[Channel, bytearray] = {"stdout": bytearray(), "stderr": bytearray()}

    def feed(self, channel: Channel, data: bytes) -> None:
        self._log.write(data)
        self._kept[channel] += data[: max(0, _KEEP - len(self._kept[channel]))]

    def text(self, channel: Channel) -> str:
        return self._kept[channel].decode("utf-8", "replace")


def grade(
    task: PackedTask,
    changes: Changes,
    left: Path,
    scratch: Path,
    runtime: Runtime,
    log: Path,
    stop: StopSignal,
) -> Grade:
    """Judge the agent's changes, in `left`, on a pristine tree below `scratch`.

    Raises:
        GraderError: the grader could not be run.
    """
    make_directories(scratch, GRADER)
    submission = assemble(task, changes, left, scratch / "tree")
    secret = {c.output for c in task.task.doc.grade.commands if c.output}
    materialise([f for f in task.section("tests") if f.path not in secret], scratch / "tests")
    results = () if submission.broken else tuple(_run_all(task, scratch, runtime, log, stop))
    log.touch()
    return _grade(submission, results)


def _grade(submission: Submission, results: tuple[CommandResult, ...]) -> Grade:
    tests = {f"{i}:{n}": ok for i, r in enumerate(results) for n, ok in (r.tests or {}).items()}
    return Grade(
        passed=bool(results) and all(r.ok for r in results),
        commands=results,
        taken=tuple(submission.taken),
        refused=submission.refused,
        notes=tuple(submission.notes),
        partial_score=sum(tests.values()) / len(tests) if tests else None,
    )


def _run_all(
    task: PackedTask, scratch: Path, runtime: Runtime, log: Path, stop: StopSignal
) -> list[CommandResult]:
    spec = task.task.doc.grade
    deadline = time.monotonic() + spec.timeout_s
    results: list[CommandResult] = []
    grade_log = CappedLog(log)
    try:
        for command in spec.commands:
            left = max(0.1, deadline - time.monotonic())
            results.append(_run(task, command, scratch, runtime, grade_log, left, stop))
            if not results[-1].ok and (command.build or results[-1].timed_out):
                break
    finally:
        grade_log.close()
    return results


def _run(
    task: PackedTask,
    command: GradeCommand,
    scratch: Path,
    runtime: Runtime,
    log: CappedLog,
    timeout_s: float,
    stop: StopSignal,
) -> CommandResult:
    places = {name: runtime.inside(scratch, name) for name in ("tree", "tests", "out")}
    argv = tuple(_fill(a, places) for a in command.argv)
    log.write(("$ " + " ".join(argv) + "\n").encode("utf-8", "replace"))
    captured = _Captured(log)
    execution = _execute(task, command, argv, scratch, runtime, timeout_s, captured, stop)
    stdout, stderr = captured.text("stdout"), captured.text("stderr")
    ok, reason, tests = verdict(
        command, execution.exit_code, stdout, stderr, _expected(task, command), scratch / "out"
    )
    if execution.timed_out:
        ok, reason = False, f"not finished after {timeout_s:.0f} s"
    result = CommandResult(
        argv=argv,
        kind=command.kind,
        exit_code=execution.exit_code,
        timed_out=execution.timed_out,
        ok=ok,
        reason=reason,
        duration_s=execution.duration_s,
        stdout_tail=stdout[-TAIL:],
        stderr_tail=stderr[-TAIL:],
        tests=tests,
    )
    log.write(f"[{'ok' if ok else reason}]\n".encode())
    return attrs.evolve(result, argv=command.argv)


def _execute(
    task: PackedTask,
    command: GradeCommand,
    argv: tuple[str, ...],
    scratch: Path,
    runtime: Runtime,
    timeout_s: float,
    captured: _Captured,
    stop: StopSignal,
) -> Execution:
    process = Process(
        argv=argv,
        cwd=runtime.inside(scratch, "tree"),
        timeout_s=timeout_s,
        grace_s=0.5,
        stdin=str(scratch / "tests" / command.stdin) if command.stdin else None,
        env={"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"},
    )
    sandbox = Sandbox(
        scratch=str(scratch), mounts=GRADER, role="grader", requires=task.task.doc.grade.requires
    )
    try:
        execution = runtime.run(sandbox, process, captured, stop)
    except SandboxError as exc:
        raise GraderError(f"the grader could not run: {exc}") from exc
    # The code under test was there: its report is read, and the next command starts in the tree.
    reopen(scratch, [name for name, writable in GRADER.items() if writable])
    if execution.stopped == "cancelled":
        raise GraderError("the grader was interrupted")
    return execution


def _expected(task: PackedTask, command: GradeCommand) -> str | None:
    found = [f for f in task.section("tests") if f.path == command.output]
    return Path(found[0].source).read_text(encoding="utf-8") if found else None


def _fill(argument: str, places: dict[str, str]) -> str:
    for name, path in places.items():
        argument = argument.replace(f"{{{name}}}", path)
    return argument
