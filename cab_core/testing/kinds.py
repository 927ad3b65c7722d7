"""Conformance of scorers, packs, executors, formats, stacks and wire protocols."""

from __future__ import annotations

from collections.abc import Callable
from inspect import getattr_static
from pathlib import Path
from typing import ClassVar

import pytest

from cab_core.cache import cache_root
from cab_core.checks.watch import beyond, watched
from cab_core.plugins.protocols import StopSignal
from cab_core.plugins.registry import Plugins
from cab_core.records import PackedTask
from cab_core.run.ends import Ends
from cab_core.run.validate import validate
from cab_core.tasks.catalog import Catalog, load_as
from cab_core.tasks.stacks import compose
from cab_core.tasks.toolchains import lacking

from .cells import CellRunner, Ran
from .conformance import Conformance


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
        packed = _with_its_tools(cab_plugins, task)
        finding = validate(packed, cab_plugins.runtime("local"), tmp_path, StopSignal())
        assert finding.fault is None

    @pytest.mark.conformance_long
    def test_that_files_are_there_is_not_enough(
        self, cab_plugins: Plugins, tmp_path: Path, task: str
    ) -> None:
        """The grader looks into them: with the reference's files emptied it says no."""
        ends = Ends(_with_its_tools(cab_plugins, task), cab_plugins.runtime("local"), tmp_path, StopSignal())
        if ends.refuse:
            pytest.skip("it is to be refused: no file is wanted")
        if (graded := ends.emptied()) is None:
            pytest.skip("its reference has no file that holds something")
        assert not graded.passed, "the grader passes the reference's files with nothing in them"


def _with_its_tools(plugins: Plugins, task: str) -> PackedTask:
    """Return a task; skip it where its toolchain is not here."""
    [packed] = Catalog(plugins).select([task])
    if why := lacking(packed.task.doc.grade.requires):
        pytest.skip(why)
    return packed


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
        """It is recognised, has tasks that can be run, gives the same again, and reads nothing beside it."""
        given = getattr_static(type(self), "example", None)  # a function there is no method of it
        assert given is not None, "give the class an `example`"
        root = given if isinstance(given, Path) else given(tmp_path)
        with watched() as notes:
            first, second = (load_as(cab_plugins, self.name, root) for _ in range(2))
        allowed = (*cab_plugins.owner(self.kind, self.name).roots, str(root), str(cache_root()))
        assert [did for did in beyond(notes, allowed) if did.startswith("reads")] == []
        assert first and {p.task.id: p.task.doc.unavailable for p in first if p.task.doc.unavailable} == {}
        assert [p.task for p in first] == [p.task for p in second]


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
