"""The grader: a fresh directory and fresh processes judge what is left of one task's work dir."""

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
    Needs,
    PackedTask,
    Process,
    Sandbox,
)
from cab_core.redaction import Redactor, Stream
from cab_core.trace.recording import CappedLog
from cab_core.workdir.directories import GRADER

from .layout import Layout
from .ran import Ran, grade_of
from .verdicts import Verdict, verdict

GRADER_ENV = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}  # of every command
_READ = 16 << 20  # bytes of a command's output that are read for its verdict
TAIL = 4000  # characters of output on the axis


class _Captured:
    """An `Output` that keeps what a command prints, and writes it to the grader's log."""

    def __init__(self, log: CappedLog, secrets: Redactor) -> None:
        self._log = log
        self._public: dict[Channel, Stream] = {"stdout": Stream(secrets), "stderr": Stream(secrets)}
        self._kept: dict[Channel, bytearray] = {"stdout": bytearray(), "stderr": bytearray()}
        self.cut = False

    def feed(self, channel: Channel, data: bytes) -> None:
        self._log.write(self._public[channel].feed(data))
        space = max(0, _READ - len(self._kept[channel]))
        self._kept[channel] += data[:space]
        self.cut = self.cut or len(data) > space

    def close(self) -> None:
        for stream in self._public.values():
            self._log.write(stream.close())

    def text(self, channel: Channel) -> str:
        return self._kept[channel].decode("utf-8", "replace")


def grader_sandbox(scratch: Path, needs: Needs, work_at: str | None = None) -> Sandbox:
    """Return the sandbox of whatever judges: a grader, the program of a reference, a trial."""
    return Sandbox(
        scratch=str(scratch),
        mounts=GRADER,
        role="grader",
        requires=needs.requires,
        environment=needs.environment,
        work_at=work_at,
    )


@attrs.frozen(kw_only=True)
class Grader:
    """Judges what is left of one task's work dir, below `scratch`, which it makes."""

    task: PackedTask
    runtime: Runtime
    scratch: Path
    log: Path
    stop: StopSignal
    secrets: Redactor = attrs.field(factory=Redactor)

    def judge(self, changes: Changes, left: Path) -> Grade:
        """Judge the agent's changes, in `left`, on a pristine tree.

        Raises:
            GraderError: the grader could not be run.
        """
        layout = Layout(self.task, changes, left, self.scratch)
        submission = layout.make()
        results = () if submission.broken else tuple(self._run_all(layout))
        self.log.touch()
        return grade_of(submission, self.task.task.doc.grade.commands, results)

    def _run_all(self, layout: Layout) -> list[Ran]:
        spec = self.task.task.doc.grade
        deadline = time.monotonic() + spec.timeout_s
        results: list[Ran] = []
        log = CappedLog(self.log)
        try:
            for command in spec.commands:
                left = max(0.1, deadline - time.monotonic())
                ran = self._prevented(layout, command) if results else None
                results.append(ran or self._run(layout, command, log, left))
                result = results[-1].result
                if not result.ok and (command.build or result.timed_out):
                    break
        finally:
            log.close()
        return results

    def _prevented(self, layout: Layout, command: GradeCommand) -> Ran | None:
        """Lay out anew; return the end of a command that cannot start after what ran before it, or None."""
        try:
            layout.make()
        except OSError as exc:
            return Ran.failed(command, f"what ran before it left no place to start in: {exc.strerror}")
        return None

    def _run(self, layout: Layout, command: GradeCommand, log: CappedLog, timeout_s: float) -> Ran:
        argv = self._argv(command)
        log.write(self.secrets.text("$ " + " ".join(argv) + "\n").encode("utf-8", "replace"))
        captured = _Captured(log, self.secrets)
        execution = self._execute(command, argv, timeout_s, captured)
        captured.close()
        stdout, stderr = captured.text("stdout"), captured.text("stderr")
        found = self._verdict(layout, command, execution, captured)
        if execution.timed_out:
            found = Verdict(False, f"not finished after {timeout_s:.0f} s", found.tests)
        told = self.secrets.text(f"[{'ok' if found.ok else found.reason}]\n")
        log.write(told.encode("utf-8", "replace"))
        result = CommandResult(
            argv=command.argv,
            kind=command.kind,
            exit_code=execution.exit_code,
            timed_out=execution.timed_out,
            ok=found.ok,
            reason=found.reason,
            duration_s=execution.duration_s,
            stdout_tail=self.secrets.text(stdout)[-TAIL:],  # half a key would not be known again
            stderr_tail=self.secrets.text(stderr)[-TAIL:],
            tests=found.tests,
        )
        return Ran(result, found.ended_early)

    def _verdict(
        self, layout: Layout, command: GradeCommand, execution: Execution, captured: _Captured
    ) -> Verdict:
        """Read the verdict. What code under test made unreadable is its own failure, never the grader's."""
        try:
            layout.have_back()
        except OSError as exc:
            return Verdict(False, f"what it left cannot be read: {exc.strerror}")
        stdout, stderr = captured.text("stdout"), captured.text("stderr")
        found = verdict(
            command, execution.exit_code, stdout, stderr, self._expected(command), self.scratch / "out"
        )
        if captured.cut and command.kind in ("counts", "output"):
            # A verdict on the part that was read would be one on something else.
            return Verdict(False, f"it printed more than the {_READ >> 20} MiB that are read", found.tests)
        hindered = layout.keep(command) if found.ok else None
        return found if hindered is None else Verdict(False, hindered, found.tests)

    def _argv(self, command: GradeCommand) -> tuple[str, ...]:
        places = {name: self.runtime.inside(self.scratch, name) for name in ("tree", "tests", "out")}
        return tuple(_fill(a, places) for a in command.argv)

    def _execute(
        self, command: GradeCommand, argv: tuple[str, ...], timeout_s: float, captured: _Captured
    ) -> Execution:
        process = Process(
            argv=argv,
            cwd=self.runtime.inside(self.scratch, "tree"),
            timeout_s=timeout_s,
            grace_s=0.5,
            stdin=str(self.scratch / "tests" / command.stdin) if command.stdin else None,
            env=dict(GRADER_ENV),
        )
        sandbox = grader_sandbox(self.scratch, self.task.needs, self.task.task.doc.work_at)
        try:
            execution = self.runtime.run(sandbox, process, captured, self.stop)
        except SandboxError as exc:
            raise GraderError(f"the grader could not run: {exc}") from exc
        if execution.stopped == "cancelled":
            raise GraderError("the grader was interrupted")
        return execution

    def _expected(self, command: GradeCommand) -> str | None:
        found = [f for f in self.task.section("tests") if f.path == command.output]
        return Path(found[0].source).read_text(encoding="utf-8") if found else None


def _fill(argument: str, places: dict[str, str]) -> str:
    for name, path in places.items():
        argument = argument.replace(f"{{{name}}}", path)
    return argument
