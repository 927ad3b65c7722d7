"""Finished cells of a store whose work can be judged again by the tasks as they are now."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from pathlib import Path

import attrs

from cab_core.errors import CabError, UserError
from cab_core.plugins.protocols import Runtime, Say
from cab_core.plugins.registry import Plugins
from cab_core.records import OUTCOMES, CellSummary, Inputs, PackedTask, to_json
from cab_core.records.differences import differences
from cab_core.records.inputs import GraderInputs
from cab_core.records.marks import REGRADED
from cab_core.run.inputs import grader_inputs, task_inputs
from cab_core.run.kept_work import NotKept, kept_changes
from cab_core.run.needs import unmet, versions_in
from cab_core.run.regrade import Regrade
from cab_core.store.cells import Store
from cab_core.store.reading import read_optional
from cab_core.tasks.catalog import Catalog


@attrs.frozen
class Asked:
    """A cell by the try that stands, and what is to be done.

    `work`: None, it cannot be graded again, or nothing changed. `reasons`: why it is graded again, or not.
    `unchanged`: its grader is what it was.
    """

    standing: CellSummary
    work: Regrade | None
    reasons: tuple[str, ...]
    unchanged: bool = False


@attrs.define
class RegradePlanner:
    """Looks tasks, runtimes and graders up, each once. `again`: also where the grader is what it was."""

    store: Store
    plugins: Plugins
    catalog: Catalog
    say: Say
    again: bool = False
    _graders: dict[tuple[str, str], GraderInputs] = attrs.field(factory=dict, init=False)
    _tasks: dict[str, PackedTask] = attrs.field(factory=dict, init=False)

    def plan(self, cells: Sequence[CellSummary]) -> list[Asked]:
        """Return what is to be done for each cell."""
        self._select({c.cell.task for c in cells})
        return [self._asked(cell) for cell in cells]

    def _asked(self, standing: CellSummary) -> Asked:
        try:
            directory = self._ran(standing)
            now = self._inputs_now(standing, directory)
            task = self._tasks[standing.cell.task]
            if now.grader_key == standing.grader_key and _judged(standing) and not self.again:
                return Asked(standing, None, ("its grader is what it was",), unchanged=True)
            kept_changes(directory, task, now)
        except (NotKept, CabError) as exc:
            return Asked(standing, None, (str(exc),))
        before = read_optional(directory / "inputs.json", Inputs)
        reasons = tuple(
            differences(to_json(before.grader) if before else None, to_json(now.grader), "grader")
        )
        runtime, cell = self._runtime(standing.cell.runtime), standing.cell
        work = Regrade(cell=cell, task=task, runtime=runtime, inputs=now, directory=directory)
        return Asked(standing, work, reasons or ("nothing changed, and it was asked for",))

    def _ran(self, standing: CellSummary) -> Path:
        """Return the try of the standing content whose work is judged: the newest in which the CLI ran."""
        tries = [(path, self.store.summary(path)) for path in reversed(self.store.tries(standing.cell))]
        found = [
            (REGRADED in s.all_marks, path)
            for path, s in tries
            if s.content_key == standing.content_key and _judged(s)
        ]
        if not found:
            raise NotKept(f"it ended {standing.outcome}: there is nothing to judge")
        return Path(min(found, key=lambda f: f[0])[1])

    def _inputs_now(self, standing: CellSummary, directory: Path) -> Inputs:
        """Return the inputs of the run with the grader as it is now.

        Raises:
            NotKept: the task is another, so that its work says nothing of this one.
            UserError: the task, or the runtime, cannot be had.
        """
        before = read_optional(directory / "inputs.json", Inputs)
        if before is None:
            raise NotKept("an earlier cab ran it, which kept no record of its inputs")
        if before.content_key != standing.content_key:
            raise NotKept("its inputs.json is that of another cell")
        name = standing.cell.task
        if name not in self._tasks:
            raise UserError(f"there is no task {name} (a pack that is not installed: --pack DIR)")
        now = task_inputs(self._tasks[name], bool(before.model.scripted))
        if changed := next(differences(to_json(before.task), to_json(now), "task"), None):
            raise NotKept(f"the task itself changed, so only a run can tell: {changed}")
        return attrs.evolve(before, grader=self._grader(name, standing.cell.runtime))

    def _select(self, wanted: set[str]) -> None:
        known = [glob.escape(p.task.id) for p in self.catalog.tasks() if p.task.id in wanted]
        self._tasks = {p.task.id: p for p in self.catalog.select(known)} if known else {}

    def _runtime(self, name: str) -> Runtime:
        return self.plugins.runtime(name)

    def _grader(self, task: str, runtime: str) -> GraderInputs:
        if (task, runtime) not in self._graders:
            place, needs = self._runtime(runtime), self._tasks[task].needs
            if why := unmet(place, needs, self.say):
                raise UserError(why)
            versions = versions_in(place, needs)
            self._graders[task, runtime] = grader_inputs(self._tasks[task], runtime, versions)
        return self._graders[task, runtime]


def _judged(found: CellSummary) -> bool:
    return not OUTCOMES[found.outcome].retry or found.outcome == "grader_error"


def sweeps_of(asked: Sequence[Asked]) -> list[str]:
    """Return the sweeps in which something is to be written."""
    return sorted({a.standing.cell.sweep_id for a in asked if a.work})
