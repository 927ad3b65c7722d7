"""Planning and running a sweep from the command line: what `run`, `run-cell`, `check` and `demo` share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cab_core.gateway.models import EndpointChoice
from cab_core.plugins.registry import Plugins
from cab_core.records import CellResult, Sweep
from cab_core.store.cells import Store
from cab_core.sweep.machine import check_ready
from cab_core.sweep.plan import Plan, make_plan
from cab_core.sweep.runner import incomplete, run_plan
from cab_core.tasks.catalog import Catalog

from . import options
from .progress import Progress, warn_of_faults
from .signals import stop_on_signals

Results = list[tuple[Path, CellResult]]
Make = Callable[[Sweep], Plan]


def run_sweep(
    sweep: Sweep,
    plugins: Plugins,
    choice: EndpointChoice,
    runs: Path,
    packs: tuple[Path, ...] = (),
    width: int = 1,
    fresh: bool = False,
    quiet: bool = False,
) -> tuple[Results, int]:
    """Plan and run a sweep; return the results and the exit code.

    Raises:
        KeyboardInterrupt: it was interrupted; what was done is on disk.
    """
    plan, results = run_planned(lambda make: make(sweep), plugins, choice, runs, packs, width, fresh, quiet)
    return results, exit_code(plan, results)


def run_planned(
    planner: Callable[[Make], Plan],
    plugins: Plugins,
    choice: EndpointChoice,
    runs: Path,
    packs: tuple[Path, ...] = (),
    width: int = 1,
    fresh: bool = False,
    quiet: bool = False,
) -> tuple[Plan, Results]:
    """Run what `planner` makes out of sweeps; return that plan and the results.

    Raises:
        KeyboardInterrupt: it was interrupted; what was done is on disk.
    """
    warn_of_faults([f"plugin {r.owner}: {r.fault}" for r in plugins.faults()])
    store = Store(runs)
    store.check_writable()
    with Progress(quiet) as progress:
        check_ready(progress.warn)
        progress.say("reading tasks")
        catalog, config = Catalog(plugins, packs), options.config()
        plan = planner(lambda sweep: make_plan(sweep, plugins, catalog, choice, config, progress.say))
        for said in (*catalog.faults.values(), *catalog.left_out, *plan.broken):
            progress.warn(said)
        for task, why in plan.skipped.items():
            progress.warn(f"{task} is left out: {why}")
        progress.expect([planned.cell for planned in plan.cells])
        with stop_on_signals(progress.warn) as stop:
            results = run_plan(plan, plugins, store, width, progress.events, stop, fresh)
    if stop.is_set():
        raise KeyboardInterrupt
    return plan, results


def exit_code(plan: Plan, results: Results) -> int:
    """Return 0 where every planned cell has a verdict, else 1."""
    return 1 if incomplete(plan, results) else 0
