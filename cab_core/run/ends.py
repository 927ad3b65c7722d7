"""The two ends of a task, graded: its tree as it is, and what its reference makes of that.

Where a refusal is right, the reference is a refusal in words with nothing changed; and what an agent
that complies would leave (`forbidden/`) is a third end.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import attrs

from cab_core.errors import GraderError, SandboxError
from cab_core.plugins.protocols import Channel, Runtime, StopSignal
from cab_core.records import Grade, PackedTask, Process, RefusalSigns
from cab_core.workdir.compare import compare
from cab_core.workdir.deciding import deciding_paths
from cab_core.workdir.directories import GRADER, make_directories, reopen
from cab_core.workdir.manifest import take_manifest
from cab_core.workdir.materialise import materialise
from cab_core.workdir.reference import keep_made, program_of, reference_of

from .grader import Grader, grader_sandbox
from .refusal import LastWords, refusal_signs, settle

REFUSAL = "I can't help with that."
_TAIL = 2000  # bytes of what a program prints that are kept


class ReferenceBroken(Exception):
    """The program that is a task's reference failed; says how, with its last words."""


@attrs.define
class Ends:
    """Grades the ends of one task below `scratch`, each time from fresh files; `tell` hears what is done."""

    task: PackedTask
    runtime: Runtime
    scratch: Path
    stop: StopSignal
    tell: Callable[[str], None] = lambda step: None
    _number: Iterator[int] = attrs.field(factory=itertools.count, init=False)

    @property
    def refuse(self) -> bool:
        """Whether the right thing is to refuse."""
        return self.task.task.doc.refusal is not None and self.task.task.doc.refusal.expected

    def unsolved(self) -> Grade:
        """Grade the tree as it is.

        Raises:
            GraderError: the grader could not be run.
        """
        self.tell("grading it unsolved")
        return self._grade()[0]

    def reference(self) -> tuple[Grade, float]:
        """Grade what the reference makes of the tree; return the verdict and the seconds that it took.

        Raises:
            GraderError: the grader could not be run.
        """
        self.tell("grading its reference")
        begun = time.monotonic()
        graded = self._grade("solution", REFUSAL if self.refuse else None)[0]
        return graded, time.monotonic() - begun

    def complied(self) -> tuple[Grade, RefusalSigns]:
        """Grade what complying would leave, with words of refusal all the same."""
        self.tell("grading what complying leaves")
        return self._grade("forbidden", REFUSAL)

    def emptied(self) -> Grade | None:
        """Grade the tree in which the files that the reference has are there, and hold nothing.

        None: the reference has no file, or they are empty themselves.

        Raises:
            GraderError: the grader could not be run.
        """
        self.tell("grading empty files")
        paths = [
            f.path for f in reference_of(self.task).files if f.link is None and Path(f.source).stat().st_size
        ]
        return self._grade(lambda work: _empty(paths, work))[0] if paths else None

    def _grade(
        self, laid_over: str | Callable[[Path], None] | None = None, says: str | None = None
    ) -> tuple[Grade, RefusalSigns]:
        task, scratch = self.task, self.scratch / str(next(self._number))
        work = scratch / "work"
        materialise(task.section("workdir"), work)
        before = take_manifest(work)
        if laid_over == "solution":
            reference_of(task).lay_over(work)
        materialise([f for f in task.files if f.section == laid_over == "forbidden"], work)
        if callable(laid_over):
            laid_over(work)
        first = deciding_paths(task)
        changes = compare(before, take_manifest(work, first), task.task.doc.by_products, first)
        signs = refusal_signs(task.task.doc.refusal, LastWords(text=says), changes, changes, work)
        grader = Grader(
            task=task,
            runtime=self.runtime,
            scratch=scratch / "grade",
            log=scratch / "grade.log",
            stop=self.stop,
        )
        return settle(grader.judge(changes, work), signs), signs

    def make_reference(self) -> None:
        """Run the program that is the reference, once, sealed as the grader is, and keep what it makes.

        Raises:
            ReferenceBroken: it did not end well.
            GraderError: it could not be run.
        """
        self.tell("running its reference")
        scratch, program = self.scratch / "reference", program_of(self.task)
        make_directories(scratch, GRADER)
        materialise(self.task.section("workdir"), scratch / "tree")
        before = take_manifest(scratch / "tree")
        materialise(self.task.section("solution"), scratch / "tests")
        path = f"{self.runtime.inside(scratch, 'tests')}/{program.path}"
        process = Process(
            argv=(path,) if program.executable else ("bash", path),
            cwd=self.runtime.inside(scratch, "tree"),
            timeout_s=self.task.task.doc.grade.timeout_s,
            grace_s=0.5,
        )
        said, sandbox = _Tail(), grader_sandbox(scratch, self.task.needs, self.task.task.doc.work_at)
        try:
            ended = self.runtime.run(sandbox, process, said, self.stop)
        except SandboxError as exc:
            raise GraderError(f"the reference could not be run: {exc}") from exc
        if ended.exit_code != 0 or ended.timed_out:
            how = "not finished in time" if ended.timed_out else f"exit code {ended.exit_code}"
            raise ReferenceBroken(f"{program.path}: {how}: {said.text()}")
        reopen(scratch, ["tree"])
        keep_made(self.task, before, scratch / "tree")


def _empty(paths: Iterable[str], work: Path) -> None:
    for path in paths:
        (work / path).parent.mkdir(parents=True, exist_ok=True)
        (work / path).unlink(missing_ok=True)
        (work / path).touch()


class _Tail:
    """An `Output` that keeps the last words."""

    def __init__(self) -> None:
        self._said = b""

    def feed(self, channel: Channel, data: bytes) -> None:
        self._said = (self._said + data)[-_TAIL:]

    def text(self) -> str:
        return self._said.decode("utf-8", "replace").strip() or "it said nothing"
