"""From a sweep to cells: every name looked up, every requirement held against where it is to run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import product

import attrs

from cab_core.errors import UserError
from cab_core.gateway.models import ConfigDoc, EndpointChoice, Model, resolve
from cab_core.plugins.protocols import Say
from cab_core.plugins.registry import Plugins
from cab_core.probe.reach import reach
from cab_core.records import Limits, Sweep
from cab_core.run.planned import PlannedCell
from cab_core.store.reading import check_readable
from cab_core.tasks.catalog import Catalog
from cab_core.tasks.stacks import Stack, compose

from .clis import Cli, check_any, cli_of, declared_of, installed_in
from .match import match
from .places import Place, network_of, places_of
from .planner import Planner
from .portable import Portable, handed_over, portable
from .published import check_no_key
from .settings import check_settings
from .shards import Shard

# Cells of one sweep, whose plan is held whole: of 100,000 a cell took 73 us and, with the process, 0.9 kB.
_MOST = 1_000_000


@attrs.frozen(kw_only=True)
class Plan:
    """The cells of a sweep, and the tasks that cannot be graded there, with the reason.

    `broken`: why CLIs cannot be had, whose cells will say so. `tasks`: ids of all that were selected, whether
    they can be graded here or not. `shard`: which part of a whole plan this is, `whole` the whole.
    `portable`: what a worker needs to plan a cell again; `variables`: and what one that is started on this
    machine needs besides, keys among it.
    """

    sweep: Sweep
    cells: list[PlannedCell]
    skipped: dict[str, str]
    broken: tuple[str, ...] = ()
    portable: Callable[[], Portable]
    variables: dict[str, str] = attrs.field(factory=dict, repr=False)
    tasks: tuple[str, ...] = ()
    shard: Shard | None = None
    whole: Plan | None = None

    def of_shard(self, shard: Shard) -> Plan:
        """Return this part of the plan, the same on every machine that makes this plan."""
        mine = shard.cells([p.cell for p in self.cells], self.tasks)
        cells = [p for p in self.cells if p.cell.key in mine]
        return attrs.evolve(self, cells=cells, shard=shard, whole=self)

    def of_attempt(self, attempt: int) -> Plan:
        """Return the plan of this attempt at each cell, in the place of the first."""
        return attrs.evolve(self, cells=[c.of_attempt(attempt) for c in self.cells if c.cell.attempt == 1])


def make_plan(
    sweep: Sweep, plugins: Plugins, catalog: Catalog, choice: EndpointChoice, config: ConfigDoc, say: Say
) -> Plan:
    """Return the plan. What is cheap to check is checked first; CLIs are installed last.

    Raises:
        UserError: a name is unknown, a model has no endpoint, no task can be run ...
        InfraError: an endpoint cannot be reached, a CLI cannot be installed.
    """
    check_readable(sweep, f"sweep {sweep.sweep_id!r}: a limit, option or parameter cannot be recorded")
    clis = [cli_of(plugins, text) for text in sweep.tuis]
    check_any(clis)
    runtimes = [plugins.runtime(name) for name in sweep.all_runtimes]
    networks = [network_of(sweep, runtime) for runtime in runtimes]
    stack = compose(sweep.stacks, plugins)
    models = [resolve(m, choice, config) for m in dict.fromkeys(sweep.models)]
    for model in models:
        check_price(model, sweep.limits)
    tasks = catalog.select(sweep.tasks)
    _check_size(len(clis) * len(runtimes) * len(models) * len(sweep.all_options), len(tasks), sweep.attempts)
    check_no_key(choice, models, sweep, stack, tasks, declared_of(clis))
    for cli, model in product([c for c in clis if c.trouble is None], models):
        check_settings(cli.adapter, match(cli.adapter, model, plugins), sweep)
    for url in sorted({m.endpoint for m in models if m.endpoint}):
        reach(url)
    places, skipped = places_of(runtimes, networks, tasks, say)  # may build an image
    planners, broken = _planners(sweep, plugins, clis, places, stack, say)
    firsts = (
        planner.cell(model, task, options)
        for planner, place in planners
        for model, options, task in product(models, sweep.all_options, place.tasks)
    )
    cells = [cell for first in firsts for cell in _attempts(first, sweep.attempts)]
    return Plan(
        sweep=sweep,
        cells=cells,
        skipped=skipped,
        broken=broken,
        portable=partial(portable, sweep, plugins, catalog.given, choice, config),
        variables=handed_over(choice),
        tasks=tuple(t.task.id for t in tasks),
    )


def _planners(
    sweep: Sweep, plugins: Plugins, clis: Sequence[Cli], places: Sequence[Place], stack: Stack, say: Say
) -> tuple[list[tuple[Planner, Place]], tuple[str, ...]]:
    """Make every CLI ready everywhere; return who plans its cells there, and why some cannot be had.

    Raises:
        InfraError: none of them can be.
    """
    made, ready = dict[tuple[object, ...], tuple[Planner, Place]](), list[Cli]()
    for cli, place in product(clis, places):
        found, installed = installed_in(cli, place, stack, say)
        ready.append(found)
        planner = Planner(
            sweep=sweep,
            plugins=plugins,
            adapter=found.adapter,
            owner=found.owner,
            runtime=place.runtime,
            network=place.network,
            stack=stack,
            installed=installed,
        )
        # `--tui aider --tui aider@0.86.2` may name one version: its cells are planned once.
        versions = tuple((need, i.version) for need, i in installed.items())
        made.setdefault((found.adapter.name, versions, place.runtime.name), (planner, place))
    check_any(ready)
    return list(made.values()), tuple(dict.fromkeys(str(c.trouble) for c in ready if c.trouble is not None))


def _attempts(first: PlannedCell, attempts: int) -> Iterator[PlannedCell]:
    yield first
    yield from (first.of_attempt(n) for n in range(2, attempts + 1))


def _check_size(sides: int, tasks: int, attempts: int) -> None:
    """See that a plan is one that can be held.

    Raises:
        UserError: it has too many cells.
    """
    if (cells := sides * tasks * attempts) > _MOST:
        raise UserError(
            f"{sides:,} x {tasks:,} tasks x {attempts:,} attempts are {cells:,} cells; expected at most "
            f"{_MOST:,} in one sweep: take fewer --attempts, fewer tasks, or several sweeps (--sweep-id)"
        )


def check_price(model: Model, limits: Limits) -> None:
    """Hold a limit in dollars against what is known of a model.

    Raises:
        UserError: nobody said what the model costs.
    """
    if limits.usd is not None and model.scripted is None and model.price is None:
        asked = f" ({model.unpriced})" if model.unpriced else ""
        raise UserError(
            f"a limit in US dollars needs to know what model {model.id!r} costs{asked}: write "
            f'[models."{model.id}"] with '
            "`price` or `priced_as` into cab.toml, or limit tokens (--max-tokens) or calls (--max-calls)"
        )
