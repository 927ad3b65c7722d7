"""Calibrating one CLI: its cells in two parts, and the record of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import attrs

from cab_core.declared.reading import find_cli
from cab_core.gateway.models import EndpointChoice
from cab_core.plugins.registry import Plugins
from cab_core.records import CellResult
from cab_core.records.calibration import Calibration
from cab_core.store.calibrations import write_record
from cab_core.store.cells import Store, read_evidence
from cab_core.sweep.calibration import as_it_must_be
from cab_core.sweep.calibration_limits import WallLimit, limits_by_oracle
from cab_core.sweep.calibration_plan import first_sweep, plan_others, tasks_of_others
from cab_core.sweep.calibration_record import record_of
from cab_core.sweep.hints import hints
from cab_core.sweep.lock_file import write_lock_file
from cab_core.sweep.plan import Plan

from .ending import end_interrupted
from .progress import Progress
from .session import Make, Results, run_planned
from .text import say


@attrs.frozen(kw_only=True)
class Asked:
    """What is to be calibrated, and how. `wall`: seconds for those that never end, None: by the oracle."""

    tasks: tuple[str, ...]
    full: bool
    runtime: str
    wall: float | None
    width: int
    runs: Path
    packs: tuple[Path, ...]
    fresh: bool
    quiet: bool


@attrs.frozen(kw_only=True)
class Calibrated:
    """A CLI with its record, which lies at `path`; or, without one, why it could not be calibrated.

    `hints`: what its adapter's author may look at, right figures or wrong.
    """

    tui: str
    record: Calibration | None = None
    path: Path | None = None
    limits: dict[str, WallLimit] = attrs.field(factory=dict)
    trouble: str | None = None
    hints: tuple[str, ...] = ()

    @property
    def right(self) -> bool:
        """Whether all is as it must be."""
        return self.record is not None and self.record.right


def calibrate(tui: str, plugins: Plugins, asked: Asked, interrupted: Callable[[], None]) -> Calibrated:
    """Run what is not known yet of a CLI, and write its record. `interrupted` is called before it is left.

    Raises:
        CabError: it cannot be calibrated.
        click.exceptions.Exit, KeyboardInterrupt: it was interrupted.
    """
    return _Run(plugins, asked, interrupted).of(tui)


@attrs.define
class _Run:
    _plugins: Plugins
    _asked: Asked
    _interrupted: Callable[[], None]
    _cells: Results = attrs.field(factory=list, init=False)
    _shown: Progress = attrs.field(init=False)

    @_shown.default
    def _progress(self) -> Progress:
        return Progress(self._asked.quiet)

    def of(self, tui: str) -> Calibrated:
        asked, store = self._asked, Store(self._asked.runs)
        name, _ = find_cli(self._plugins, tui)
        sweep = first_sweep(name, tui, asked.tasks, asked.runtime)
        plan = self._run(lambda make: make(sweep))
        first = [store.result(path) for path, _ in self._cells]
        limits = self._limits(tasks_of_others(plan, asked.full), first)
        rest = self._run(lambda make: plan_others(make, sweep, limits))
        plan = attrs.evolve(plan, cells=[*plan.cells, *rest.cells])
        write_lock_file(plan, asked.runs)
        record = record_of(plan.cells, (store.result(path) for path, _ in self._cells))
        told = hints(read_evidence(Path(path), ())[1] for path, _ in self._cells)
        return Calibrated(
            tui=tui, record=record, path=write_record(asked.runs, record), limits=limits, hints=tuple(told)
        )

    def _run(self, planner: Callable[[Make], Plan]) -> Plan:
        """Run what is planned, and keep its results; return the plan."""
        asked = self._asked
        ended = run_planned(
            planner, self._plugins, EndpointChoice(), asked.runs, asked.packs, asked.width, asked.fresh,
            self._shown, verdict=as_it_must_be,
        )  # fmt: skip
        self._cells += ended.results
        if ended.interrupted:
            self._leave()
        return ended.plan

    def _leave(self) -> NoReturn:
        self._interrupted()
        end_interrupted(self._cells, self._shown.tally, self._asked.quiet, goes_on=True)

    def _limits(self, tasks: list[str], first: list[CellResult]) -> dict[str, WallLimit]:
        """Return the limits of those that never end, and say them."""
        found, wall = limits_by_oracle(tasks, first), self._asked.wall
        if wall is not None:
            return {task: attrs.evolve(limit, wall_s=wall) for task, limit in found.items()}
        if not self._asked.quiet:
            for task, limit in found.items():
                say(f"wall limit of hang and flood on {task}: {limit}", err=True)
        return found
