"""Running a plan: what has a verdict is left alone, the rest is run and written."""

from __future__ import annotations

import errno
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import attrs

from cab_core.errors import InfraError, UserError
from cab_core.gateway.server import Gateway
from cab_core.plugins.observers import Observers
from cab_core.plugins.protocols import StopSignal
from cab_core.plugins.registry import Plugins
from cab_core.records import OUTCOMES, Cell, CellKey, CellResult
from cab_core.run.cell import run_cell
from cab_core.run.planned import PlannedCell, RunContext
from cab_core.run.upstreams import SharedUpstreams
from cab_core.runtimes.reaper import REAPER
from cab_core.runtimes.scratch import remove_scratch, stale_scratch
from cab_core.store.cells import Store
from cab_core.trace.otlp import delivery

from .anew import why_anew
from .breaker import Breaker
from .calibration_record import demand
from .lock_file import write_lock_file
from .plan import Plan


@attrs.define(kw_only=True)
class Events:
    """What whoever watches a run is told. Calls come from several threads."""

    started: Callable[[Cell], None] = lambda _: None
    finished: Callable[[CellResult, Path], None] = lambda *_: None
    kept: Callable[[CellResult, Path], None] = lambda *_: None
    warn: Callable[[str], None] = lambda _: None
    gateway: Callable[[Gateway], None] = lambda _: None  # where calls under way can be looked at


def run_plan(
    plan: Plan,
    plugins: Plugins,
    store: Store,
    width: int,
    events: Events,
    stop: StopSignal,
    fresh: bool = False,
    breaker: Breaker | None = None,
) -> list[tuple[Path, CellResult]]:
    """Run the plan's cells and return the result of every one, in the plan's order.

    `fresh`: run those too that have a verdict already. `breaker`: what stops cells of a dead endpoint.

    Raises:
        UserError: another runner has this sweep, or it demands a calibration that there is not.
    """
    if plan.sweep.require_calibration:
        demand(store.root, plan.cells)
    executor = plugins.executor(plan.sweep.executor)
    scorers = plugins.scorers(events.warn)
    breaker = breaker or Breaker()
    done: dict[CellKey, tuple[Path, CellResult]] = {}
    _sweep_scratch(events)
    with store.lock(plan.sweep.sweep_id):
        changed = write_lock_file(plan, store.root)
        todo = [p for p in plan.cells if fresh or not _keep(p, store, done, events)]
        if not fresh:
            for said in (*changed, *why_anew(todo, store)):
                events.warn(said)
        cells = {p.cell.key: p for p in todo}
        with (
            delivery(events.warn) as spans,
            Gateway() as gateway,
            Observers(plugins.loaded.manager, events.warn) as observers,
        ):
            events.gateway(gateway)
            context = RunContext(
                store=store,
                gateway=gateway,
                scorers=scorers,
                upstream_of=SharedUpstreams(),
                observers=observers,
                stop=stop,
                spans=spans,
            )

            def work(cell: Cell) -> tuple[Path, CellResult] | None:
                planned, started = cells[cell.key], time.monotonic()
                if stop.is_set() or not breaker.lets(planned):
                    return None
                events.started(cell)
                try:
                    path, result = run_cell(planned, context)
                except OSError as exc:
                    stop.stop("cancelled")
                    kind = InfraError if exc.errno in (errno.ENOSPC, errno.EDQUOT) else UserError
                    said = f"{store.root}: cell {cell.cell_id} cannot be written: {exc.strerror}"
                    raise kind(said) from exc
                breaker.take(planned, result, started)
                events.finished(result, path)
                return path, result

            for finished in executor.map([o.cell for o in todo], work, width):
                if finished is not None:
                    done[finished[1].cell.key] = finished
            results = [done[p.cell.key] for p in plan.cells if p.cell.key in done]
            observers.tell(
                "cab_sweep_finished", sweep_id=plan.sweep.sweep_id, results=[r for _, r in results]
            )
    _warn_of_unscored([r for _, r in results], events)
    REAPER.retry()
    for said in REAPER.left():
        events.warn(f"{said}; `cab clean` tries again")
    return results


def _warn_of_unscored(results: Sequence[CellResult], events: Events) -> None:
    """Say once for each axis and reason what the cells keep."""
    found = Counter(item for result in results for item in result.unscored.items())
    for (axis, why), n in found.items():
        events.warn(
            f"axis {axis} is unknown in {n} of {len(results)} cells, `cab rescore` tries again: {why}"
        )


def _sweep_scratch(events: Events) -> None:
    """Remove what killed runners left on this machine: a scratch directory may hold a gigabyte of memory."""
    found = stale_scratch()
    refused = remove_scratch(found)
    if found:
        gone = len(found) - len(refused)
        events.warn(f"removed {gone} of {len(found)} scratch directories of runners that are gone")


def _keep(
    planned: PlannedCell, store: Store, done: dict[CellKey, tuple[Path, CellResult]], events: Events
) -> bool:
    found = store.verdict(planned.cell, planned.content_key, planned.grader_key)
    if found is None:
        return False
    store.accept(planned.cell, found[0])
    done[planned.cell.key] = found
    events.kept(found[1], found[0])
    return True


def incomplete(plan: Plan, results: list[tuple[Path, CellResult]]) -> bool:
    """Return whether a planned cell has no verdict."""
    return len(results) < len(plan.cells) or any(not OUTCOMES[r.outcome].counted for _, r in results)
