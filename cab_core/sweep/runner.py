"""Running a plan: what has a verdict is left alone, the rest is run and written."""

from __future__ import annotations

import errno
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from cab_core.errors import InfraError, UserError
from cab_core.plugins.observers import Observers
from cab_core.plugins.protocols import Executor, Scorer, StopSignal
from cab_core.plugins.registry import Plugins
from cab_core.records import OUTCOMES, Cell, CellKey, CellSummary, Sweep
from cab_core.run.planned import PlannedCell, RunContext
from cab_core.runtimes.reaper import REAPER
from cab_core.runtimes.scratch import remove_scratch, stale_scratch
from cab_core.store.cells import Store
from cab_core.store.reading import uncollected
from cab_core.store.standing import accept
from cab_core.trace.otlp import delivery

from .anew import why_anew
from .breaker import Breaker
from .calibration_record import demand
from .cassettes import keep_record
from .lock_file import write_lock_file
from .plan import Plan
from .regrading import Watch, regrade_first
from .states import Done, Verdict

if TYPE_CHECKING:
    from cab_core.gateway.server import Gateway

SWEEP_FINISHED = "cab_sweep_finished"


def by_outcome(store: Store, planned: PlannedCell, tries: Sequence[str]) -> Done | None:
    """Return the newest of a cell's tries, of the same content, whose outcome stands."""
    return store.verdict(tries, planned.content_key, planned.grader_key)


@attrs.define(kw_only=True)
class Events:
    """What whoever watches a run is told. Calls come from several threads."""

    started: Callable[[Cell], None] = lambda _: None
    finished: Callable[[CellSummary, Path], None] = lambda *_: None
    kept: Callable[[CellSummary, str], None] = lambda *_: None
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
    verdict: Verdict = by_outcome,
) -> list[Done]:
    """Run the plan's cells and return what came of every one, in the plan's order.

    Where only the grader changed, the kept work is graded again first, without a model.

    `fresh`: run those too that have a verdict already. `breaker`: what stops cells of a dead endpoint.
    `verdict`: what of a cell's tries makes that it is not run again.

    Raises:
        UserError: another runner has this sweep, or it demands a calibration that there is not.
    """
    if plan.sweep.require_calibration:
        demand(store.root, plan.cells)
    executor = plugins.executor(plan.sweep.executor)
    scorers = plugins.scorers(events.warn)
    _sweep_scratch(events)
    shard = str(plan.shard) if plan.shard else ""
    with store.lock(plan.sweep.sweep_id, shard), Observers(plugins.loaded.manager, events.warn) as observers:
        changed = write_lock_file(plan, store.root)
        with uncollected():
            kept = [None if fresh else _kept(p, store, events, verdict) for p in plan.cells]
        todo = [p for p, found in zip(plan.cells, kept, strict=True) if found is None]
        done: dict[CellKey, Done] = {}
        if not fresh:
            for said in changed:
                events.warn(said)
            watch = Watch(
                observers=observers, started=events.started, finished=events.finished, warn=events.warn
            )
            done, todo = regrade_first(todo, store, scorers, stop, width, watch)
            for said in why_anew(todo, store):
                events.warn(said)
        if todo:
            with _served(plan.sweep, store, scorers, observers, events, stop) as context:
                done |= _run(todo, plan.sweep.record, context, executor, width, events, breaker or Breaker())
        both = (found or done.get(p.cell.key) for p, found in zip(plan.cells, kept, strict=True))
        results = [found for found in both if found is not None]
        if observers.hear(SWEEP_FINISHED):
            whole = [store.result(path) for path, _ in results]
            observers.tell(SWEEP_FINISHED, sweep_id=plan.sweep.sweep_id, results=whole)
    _warn_of_unscored([r for _, r in results], events)
    REAPER.retry()
    for said in REAPER.left():
        events.warn(f"{said}; `cab clean` tries again")
    return results


@contextmanager
def _served(
    sweep: Sweep, store: Store, scorers: list[Scorer], observers: Observers, events: Events, stop: StopSignal
) -> Iterator[RunContext]:
    """Yield what the cells of a run share, a gateway among it."""
    # Late: a command that only plans, or finds everything done, has no use for a server.
    from cab_core.gateway.server import Gateway
    from cab_core.run.upstreams import SharedUpstreams

    with delivery(events.warn) as spans, Gateway() as gateway:
        events.gateway(gateway)
        yield RunContext(
            store=store,
            gateway=gateway,
            scorers=scorers,
            upstream_of=SharedUpstreams(),
            observers=observers,
            stop=stop,
            spans=spans,
            wire=sweep.wire,
            real_time=sweep.real_time,
            leftovers=sweep.leftovers,
        )


def _run(
    todo: Sequence[PlannedCell],
    record: str | None,
    context: RunContext,
    executor: Executor,
    width: int,
    events: Events,
    breaker: Breaker,
) -> dict[CellKey, Done]:
    """Run cells; return those that have ended. `record`: a directory that gets their wire records too."""
    from cab_core.run.cell import run_cell  # late, as above

    cells, stop = {p.cell.key: p for p in todo}, context.stop

    def work(cell: Cell) -> Done | None:
        planned, started = cells[cell.key], time.monotonic()
        if stop.is_set() or not breaker.lets(planned):
            return None
        events.started(cell)
        try:
            path, result = run_cell(planned, context)
        except OSError as exc:
            stop.stop("cancelled")
            kind = InfraError if exc.errno in (errno.ENOSPC, errno.EDQUOT) else UserError
            said = f"{context.store.root}: cell {cell.cell_id} cannot be written: {exc.strerror}"
            raise kind(said) from exc
        if record is not None:
            keep_record(path, cell, Path(record))
        breaker.take(planned, result, started)
        events.finished(result.summary, path)
        return str(path), result.summary

    ended = executor.map([p.cell for p in todo], work, width)
    return {found[1].cell.key: found for found in ended if found is not None}


def _warn_of_unscored(results: Sequence[CellSummary], events: Events) -> None:
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


def _kept(planned: PlannedCell, store: Store, events: Events, verdict: Verdict = by_outcome) -> Done | None:
    """Return what a cell came to before, where that has a verdict on the same content."""
    tries = store.tries(planned.cell)
    found = verdict(store, planned, tries)
    if found is None:
        return None
    path, summary = found
    accept(path, tries)
    if summary.cell == planned.cell:  # then one of them is held, not two
        summary = attrs.evolve(
            summary, cell=planned.cell, content_key=planned.content_key, grader_key=planned.grader_key
        )
    events.kept(summary, path)
    return path, summary


def incomplete(plan: Plan, results: list[Done]) -> bool:
    """Return whether a planned cell has no verdict."""
    return len(results) < len(plan.cells) or any(not OUTCOMES[r.outcome].counted for _, r in results)
