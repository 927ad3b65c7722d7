"""Running a plan: what has a verdict is left alone, the rest is run and written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import attrs

from cab_core.plugins.observers import Observers
from cab_core.plugins.protocols import Scorer, StopSignal
from cab_core.plugins.registry import Plugins
from cab_core.records import OUTCOMES, CellKey, CellSummary, Json, Sweep
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
from .lock_file import write_lock_file
from .plan import Plan
from .recounting import Recount
from .regrading import Watch, regrade_first
from .states import Done, Verdict
from .work import CellWork, Events

SWEEP_FINISHED = "cab_sweep_finished"


def by_outcome(store: Store, planned: PlannedCell, tries: Sequence[str]) -> Done | None:
    """Return the newest of a cell's tries, of the same content, whose outcome stands."""
    return store.verdict(tries, planned.content_key, planned.grader_key)


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
    settings: Mapping[str, Json] | None = None,
) -> list[Done]:
    """Run the plan's cells and return what came of every one, in the plan's order.

    Where only the grader changed, the kept work is graded again first, without a model. Where only the price
    did, the dollars are counted anew.

    `fresh`: run those too that have a verdict already. `breaker`: what stops cells of a dead endpoint.
    `verdict`: what of a cell's tries makes that it is not run again. `settings`: what is set of the executor.

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
        recount = Recount(store, scorers, stop)
        with uncollected():
            kept = [None if fresh else _kept(p, store, events, verdict, recount) for p in plan.cells]
        for said in recount.told():
            events.warn(said)
        todo = [p for p, found in zip(plan.cells, kept, strict=True) if found is None]
        done: dict[CellKey, Done] = {}
        if not fresh:
            for said in changed:
                events.warn(said)
            watch = Watch(
                observers=observers,
                started=lambda cell: events.started(cell, None),
                finished=events.finished,
                warn=events.warn,
            )
            done, left = regrade_first(todo, store, scorers, stop, width, watch)
            for again in (p for p in todo if p.cell.key in done):
                verdict(store, again, store.tries(again.cell))  # which may keep count, as a race does
            todo = left
            for said in why_anew(todo, store):
                events.warn(said)
        if todo:
            with _served(plan.sweep, store, scorers, observers, events, stop) as context:
                work = CellWork(todo, plan, context, events, breaker or Breaker(), settings or {})
                ended = executor.map([p.cell for p in todo], work, width)
                done |= {found[1].cell.key: found for found in ended if found is not None}
        both = (found or done.get(p.cell.key) for p, found in zip(plan.cells, kept, strict=True))
        results = [found for found in both if found is not None]
        if observers.hear(SWEEP_FINISHED):
            whole = [store.result(path) for path, _ in results]
            observers.tell(SWEEP_FINISHED, sweep_id=plan.sweep.sweep_id, results=whole)
    remove_scratch(stale_scratch())  # of workers that were lost
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


def _kept(
    planned: PlannedCell, store: Store, events: Events, verdict: Verdict, recount: Recount
) -> Done | None:
    """Return what a cell came to before, where that has a verdict on the same content."""
    tries = store.tries(planned.cell)
    found = verdict(store, planned, tries)
    if tries and recount.may_be_due(planned, found and found[1]):
        recount(planned, tries)
        found = verdict(store, planned, tries)
    if found is None:
        return None
    path, summary = found
    accept(path, tries)
    if summary.cell == planned.cell:  # then one of them is held, not two
        summary = attrs.evolve(summary, cell=planned.cell, grader_key=planned.grader_key)
    events.kept(summary, path)
    return path, summary


def incomplete(plan: Plan, results: list[Done]) -> bool:
    """Return whether a planned cell has no verdict."""
    return len(results) < len(plan.cells) or any(not OUTCOMES[r.outcome].counted for _, r in results)
