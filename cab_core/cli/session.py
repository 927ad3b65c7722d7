"""Planning and running a sweep from the command line: what `run`, `run-cell`, `check` and `demo` share."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from cab_core.gateway.models import ConfigDoc, EndpointChoice
from cab_core.plugins.registry import Plugins
from cab_core.records import OUTCOMES, Json, Sweep
from cab_core.store.cells import Store
from cab_core.sweep.breaker import Breaker
from cab_core.sweep.executors import SCHEDULER, executor_settings
from cab_core.sweep.machine import check_ready
from cab_core.sweep.plan import Plan, make_plan
from cab_core.sweep.runner import by_outcome, incomplete, run_plan
from cab_core.sweep.states import Done, Verdict
from cab_core.tasks.catalog import Catalog

from . import collect_as_usual, options
from .ending import INTERRUPTED, end_interrupted
from .progress import Progress
from .signals import stop_on_signals
from .text import warn_of_faults

if TYPE_CHECKING:
    from .json_events import JsonEvents

Results = list[Done]
Make = Callable[[Sweep], Plan]


@attrs.frozen(kw_only=True)
class Ended:
    """A run that has ended. `stopped`: why cells were not started, in sentences."""

    plan: Plan
    results: Results
    interrupted: bool
    stopped: list[str]

    @property
    def exit_code(self) -> int:
        """130 interrupted, 1 where a planned cell has no verdict, else 0."""
        return INTERRUPTED if self.interrupted else int(incomplete(self.plan, self.results))

    @property
    def only_replays_lack(self) -> bool:
        """Whether all that has no verdict asked what no record holds: again it would, too."""
        lack = [r.outcome for _, r in self.results if not OUTCOMES[r.outcome].counted]
        whole = len(self.results) == len(self.plan.cells) and not self.interrupted
        return whole and set(lack) == {"infra_replay"}


def run_sweep(
    sweep: Sweep,
    plugins: Plugins,
    choice: EndpointChoice,
    runs: Path,
    packs: tuple[Path, ...] = (),
    width: int = 1,
    quiet: bool = False,
    attempt: int = 1,
) -> tuple[Results, int]:
    """Plan and run a sweep anew; return the results and the exit code.

    `attempt`: which one the first of the sweep's is.

    Raises:
        click.exceptions.Exit, KeyboardInterrupt: it was interrupted (see `ending.end_interrupted`).
    """
    shown = Progress(quiet)
    ended = run_planned(
        lambda make: make(sweep).of_attempt(attempt) if attempt != 1 else make(sweep),
        plugins, choice, runs, packs, width, True, shown,
    )  # fmt: skip
    if ended.interrupted:
        end_interrupted(ended.results, shown.tally, quiet)
    return ended.results, ended.exit_code


def planned(
    planner: Callable[[Make], Plan],
    plugins: Plugins,
    choice: EndpointChoice,
    packs: tuple[Path, ...],
    shown: Progress | JsonEvents,
    before: Callable[[Sweep, ConfigDoc], None] = lambda *_: None,
) -> Plan:
    """Return what `planner` makes out of sweeps; what is odd in it is `shown`.

    `before`: what looks at a sweep first, and raises where it cannot be run.
    """
    check_ready(shown.warn)
    shown.say("reading tasks")
    catalog, config = Catalog(plugins, packs), options.config()

    def make(sweep: Sweep) -> Plan:
        before(sweep, config)
        return make_plan(sweep, plugins, catalog, choice, config, shown.say)

    plan = planner(make)
    for said in (*catalog.faults.values(), *catalog.left_out, *plan.broken):
        shown.warn(said)
    for said in dict.fromkeys(note for one in plan.cells[:1] for note in one.stack_notes):
        shown.warn(said)
    return plan


def run_planned(
    planner: Callable[[Make], Plan],
    plugins: Plugins,
    choice: EndpointChoice,
    runs: Path,
    packs: tuple[Path, ...],
    width: int | None,
    fresh: bool,
    shown: Progress | JsonEvents,
    breaker: Breaker | None = None,
    verdict: Verdict = by_outcome,
    scheduler: str | None = None,
) -> Ended:
    """Run what `planner` makes out of sweeps, which is `shown` while it runs; return how it ended.

    `width`: None for as many cells at once as an executor has places. `verdict`: what makes that a cell is
    not run again, unless it is to be run `fresh`. `scheduler`: where the executor's workers are.
    """
    warn_of_faults([f"plugin {r.owner}: {r.fault}" for r in plugins.faults()])
    store, breaker = Store(runs), breaker or Breaker()
    store.check_writable()
    with shown:
        settings: dict[str, Json] = {}

        def set_executor(sweep: Sweep, config: ConfigDoc) -> None:
            settings.update(executor_settings(sweep, plugins, config, scheduler, choice))

        plan = planned(planner, plugins, choice, packs, shown, set_executor)
        elsewhere = width is None and SCHEDULER in settings
        shown.expect([p.cell for p in plan.cells], None if elsewhere else width or 1)
        for task, why in plan.skipped.items():
            shown.warn(f"{task} is left out: {why}")
        collect_as_usual()
        with stop_on_signals(shown.warn, shown.stopping) as stop:
            at_once = sys.maxsize if elsewhere else width or 1
            results = run_plan(
                plan, plugins, store, at_once, shown.events, stop, fresh, breaker, verdict, settings
            )
    return Ended(plan=plan, results=results, interrupted=stop.is_set(), stopped=breaker.told())
