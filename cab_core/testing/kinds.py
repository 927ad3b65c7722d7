"""Conformance of what is no adapter: scorers, packs, runtimes, executors, formats, stacks, wire protocols."""

from __future__ import annotations

from collections.abc import Callable
from inspect import getattr_static
from pathlib import Path
from typing import Any, ClassVar

import pytest

from cab_core.plugins.protocols import StopSignal
from cab_core.plugins.registry import Plugins
from cab_core.records import Execution, Process, Sandbox
from cab_core.run.validate import validate
from cab_core.tasks.catalog import Catalog, load_as
from cab_core.tasks.stacks import compose
from cab_core.tasks.toolchains import lacking
from cab_core.workdir.directories import AGENT, make_directories

from .cells import CellRunner, Ran
from .conformance import Conformance
from .drive import Said
from .script_adapter import REQUIRES, TinyAgent


class ScorerConformance(Conformance):
    """A subclass names its axis."""

    kind = "scorer"

    def test_its_axis_stands_in_a_cell(self, cab_cells: dict[str, Ran]) -> None:
        """Of one that passed and of one that failed it is scored, and what is written is read back."""
        for model, ran in cab_cells.items():
            assert self.name in ran.record.scores, (model, ran.record.unscored.get(self.name))


class PackConformance(Conformance):
    """A subclass names its pack, each task of which is a case."""

    kind = "task_pack"

    @classmethod
    def pytest_generate_tests(cls, metafunc: pytest.Metafunc) -> None:
        """Find the tasks; of a pack that cannot be used there is none, which the other test tells."""
        if "task" in metafunc.fixturenames:
            tasks = [p.task for p in Catalog(Plugins()).tasks()]
            metafunc.parametrize("task", [t.id for t in tasks if t.pack == cls.name])

    def test_unsolved_fails_and_the_reference_passes(
        self, cab_plugins: Plugins, tmp_path: Path, task: str
    ) -> None:
        """The grader rejects the unsolved tree and accepts the reference, where its toolchain is here."""
        [packed] = Catalog(cab_plugins).select([task])
        if why := lacking(packed.task.doc.grade.requires):
            pytest.skip(why)
        finding = validate(packed, cab_plugins.runtime("local"), tmp_path, StopSignal())
        assert finding.fault is None


class RuntimeConformance(Conformance):
    """A subclass names its runtime, which is tried where its `doctor` says that it can be."""

    kind = "runtime"

    @pytest.fixture(autouse=True)
    def _is_there(self, made: Any) -> None:
        checks = made.doctor() if hasattr(made, "doctor") else ()
        if lacks := [check for check in checks if not check.ok]:
            pytest.skip("; ".join(f"{c.what}: {c.say}" for c in lacks))

    def test_a_cell_passes(self, run_cell: CellRunner) -> None:
        """The whole way: agent, gateway, grader."""
        record = run_cell(runtime=self.name).record
        assert record.outcome == "passed", record.why
        assert record.cell.runtime == self.name

    def test_a_process_ends_with_its_code_and_its_words(self, made: Any, tmp_path: Path) -> None:
        """Both channels are kept apart; standard input is what was given."""
        said, ended = _run(made, "cat; echo err >&2; exit 7", stdin=b"in\n")
        assert (bytes(said.stdout), bytes(said.stderr), ended.exit_code) == (b"in\n", b"err\n", 7)
        assert (ended.stopped, ended.timed_out) == (None, False)

    def test_what_takes_too_long_is_ended(self, made: Any) -> None:
        """By the limit, and what it started with it."""
        said, ended = _run(made, "sleep 60 & echo up; wait", timeout_s=1.0)
        assert (ended.stopped, bytes(said.stdout)) == ("limit_wall", b"up\n")
        assert ended.duration_s < 30

    def test_what_is_to_be_cancelled_is_ended(self, made: Any) -> None:
        """With the reason that was given, also where it was given before."""
        stop = StopSignal()
        stop.stop("cancelled")
        _, ended = _run(made, "sleep 60", stop=stop)
        assert ended.stopped == "cancelled"


def _run(
    runtime: Any, command: str, timeout_s: float = 60.0, stdin: bytes = b"", stop: StopSignal | None = None
) -> tuple[Said, Execution]:
    said, agent = Said(), TinyAgent()
    installation = runtime.install(agent, agent.default_version, REQUIRES, (), print)
    with runtime.scratch() as scratch:
        make_directories(scratch, AGENT)
        (given := scratch / "home/stdin").write_bytes(stdin)
        sandbox = Sandbox(
            scratch=str(scratch), mounts=AGENT, role="agent", network=runtime.networks[0],
            installation=installation, requires=REQUIRES,
        )  # fmt: skip
        process = Process(
            argv=("sh", "-c", command), cwd=runtime.inside(scratch, "work"), timeout_s=timeout_s, grace_s=0.5,
            stdin=str(given),
        )  # fmt: skip
        return said, runtime.run(sandbox, process, said, stop or StopSignal())


class ExecutorConformance(Conformance):
    """A subclass names its executor."""

    kind = "executor"


class FormatConformance(Conformance):
    """A subclass names its format; `example` is a directory of that layout with tasks that can be run.

    In its place may be a function that writes one below a directory, and returns it.
    """

    kind = "task_format"
    example: ClassVar[Path | Callable[[Path], Path]]

    def test_the_example_is_read(self, cab_plugins: Plugins, tmp_path: Path) -> None:
        """It is recognised, has tasks, each of them can be run, and reading it again gives the same."""
        given = getattr_static(type(self), "example", None)  # a function there is no method of it
        assert given is not None, "give the class an `example`"
        root = given if isinstance(given, Path) else given(tmp_path)
        first, second = (load_as(cab_plugins, self.name, root) for _ in range(2))
        assert first and {p.task.id: p.task.doc.unavailable for p in first if p.task.doc.unavailable} == {}
        assert [(p.task.id, p.task.tree_hash) for p in first] == [
            (p.task.id, p.task.tree_hash) for p in second
        ]


class StackConformance(Conformance):
    """A subclass names its stack."""

    kind = "stack"

    def test_a_cell_accounts_for_each_item(self, run_cell: CellRunner, cab_plugins: Plugins) -> None:
        """A CLI that can do nothing with it skips each item with a reason."""
        record = run_cell(model="scripted:null", stack=compose([self.name], cab_plugins)).record
        assert record.outcome == "failed", record.why
        items = cab_plugins.get("stack", self.name)
        assert [a.item for a in record.stack] == [f"{i.kind}:{i.name}" for i in items]


class ProtocolConformance(Conformance):
    """A subclass names its wire protocol."""

    kind = "protocol"
