"""From a sweep to cells: every name looked up, every requirement held against where it is to run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import product

import attrs

from cab_core.declared.adapter import declared_in
from cab_core.declared.reading import find_cli
from cab_core.errors import InfraError, PluginCrash, PluginUnusable, UserError
from cab_core.gateway.models import ConfigDoc, EndpointChoice, Model, resolve
from cab_core.plugins.protocols import Adapter, Runtime, Say
from cab_core.plugins.registry import Plugins
from cab_core.probe.reach import reach
from cab_core.records import Installation, Limits, Needs, PackedTask, Sweep
from cab_core.run.needs import install, unmet
from cab_core.run.planned import PlannedCell
from cab_core.runtimes.releases import wanted_version
from cab_core.store.reading import check_readable
from cab_core.tasks.catalog import Catalog
from cab_core.tasks.stacks import Stack, compose

from .match import match
from .planner import Planner
from .portable import Portable, handed_over, portable
from .published import check_no_key
from .settings import check_settings
from .shards import Shard
from .stand_in import StandIn


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


@attrs.frozen
class _Cli:
    """A CLI that was asked for. `trouble`: why it cannot be had; then the adapter is a stand-in."""

    adapter: Adapter
    owner: str
    version: str
    trouble: InfraError | None = None

    def without(self, trouble: InfraError) -> _Cli:
        """Return this CLI as one that cannot be had."""
        return attrs.evolve(self, adapter=StandIn(self.adapter.name, trouble), trouble=trouble)


@attrs.frozen
class _Place:
    """A runtime with the network that the agent has there, and the tasks that can be graded there."""

    runtime: Runtime
    network: str
    tasks: list[PackedTask]


def make_plan(
    sweep: Sweep, plugins: Plugins, catalog: Catalog, choice: EndpointChoice, config: ConfigDoc, say: Say
) -> Plan:
    """Return the plan. What is cheap to check is checked first; CLIs are installed last.

    Raises:
        UserError: a name is unknown, a model has no endpoint, no task can be run ...
        InfraError: an endpoint cannot be reached, a CLI cannot be installed.
    """
    check_readable(sweep, f"sweep {sweep.sweep_id!r}: a limit, option or parameter cannot be recorded")
    clis = [_cli(plugins, text) for text in sweep.tuis]
    _check_any(clis)
    runtimes = [plugins.runtime(name) for name in sweep.all_runtimes]
    networks = [_network(sweep, runtime) for runtime in runtimes]
    stack = compose(sweep.stacks, plugins)
    models = [resolve(m, choice, config) for m in dict.fromkeys(sweep.models)]
    for model in models:
        check_price(model, sweep.limits)
    tasks = catalog.select(sweep.tasks)
    check_no_key(choice, models, sweep, stack, tasks, _declared(clis))
    for cli, model in product([c for c in clis if c.trouble is None], models):
        check_settings(cli.adapter, match(cli.adapter, model, plugins), sweep)
    for url in sorted({m.endpoint for m in models if m.endpoint}):
        reach(url)
    places, skipped = _places(runtimes, networks, tasks, say)  # may build an image
    planners, broken = _planners(sweep, plugins, clis, places, stack, say)
    cells = [
        planner.cell(model, task, attempt, options)
        for planner, place in planners
        for model, options, task, attempt in product(
            models, sweep.all_options, place.tasks, range(1, sweep.attempts + 1)
        )
    ]
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
    sweep: Sweep, plugins: Plugins, clis: Sequence[_Cli], places: Sequence[_Place], stack: Stack, say: Say
) -> tuple[list[tuple[Planner, _Place]], tuple[str, ...]]:
    """Make every CLI ready everywhere; return who plans its cells there, and why some cannot be had.

    Raises:
        InfraError: none of them can be.
    """
    made, ready = dict[tuple[object, ...], tuple[Planner, _Place]](), list[_Cli]()
    for cli, place in product(clis, places):
        found, installed = _installed(cli, place, stack, say)
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
    _check_any(ready)
    return list(made.values()), tuple(dict.fromkeys(str(c.trouble) for c in ready if c.trouble is not None))


def _declared(clis: Sequence[_Cli]) -> dict[str, str]:
    """Return the files that declare CLIs, by name."""
    found = {cli.adapter.name: declared_in(cli.adapter) for cli in clis if cli.trouble is None}
    return {name: text for name, text in found.items() if text is not None}


def _check_any(clis: Sequence[_Cli]) -> None:
    """End here where no CLI can be had: then nobody's cells are left to run."""
    troubles = [cli.trouble for cli in clis if cli.trouble is not None]
    if troubles and len(troubles) == len(clis):
        raise troubles[0].__cause__ if isinstance(troubles[0].__cause__, UserError) else troubles[0]


def _installed(cli: _Cli, place: _Place, stack: Stack, say: Say) -> tuple[_Cli, dict[Needs, Installation]]:
    if cli.trouble is None:
        try:
            installed = _install(cli, place, stack, say)
            cli.adapter.recipe(cli.version)  # its cells' inputs hold it
        except InfraError as exc:
            cli = cli.without(exc)
        else:
            return cli, installed
    nothing = Installation(name=cli.adapter.name, version=cli.version, reported=None)
    return cli, {task.needs: nothing for task in place.tasks}


def _network(sweep: Sweep, runtime: Runtime) -> str:
    network = sweep.network or runtime.networks[0]
    if network not in runtime.networks:
        raise UserError(
            f"runtime {runtime.name!r} has no network {network!r}; it has {', '.join(runtime.networks)}"
        )
    return network


def _install(cli: _Cli, place: _Place, stack: Stack, say: Say) -> dict[Needs, Installation]:
    """Make a CLI ready for every set of what a task needs."""
    needs = sorted({task.needs for task in place.tasks}, key=lambda need: need.order)
    return {
        need: install(place.runtime, cli.adapter, cli.version, need, stack.recipes(), say) for need in needs
    }


def _cli(plugins: Plugins, text: str) -> _Cli:
    name, version = find_cli(plugins, text)
    try:
        adapter, row = plugins.adapter(name), plugins.owner("adapter", name)
    except PluginUnusable as exc:
        crash = PluginCrash(str(exc))
        crash.__cause__ = exc
        return _Cli(StandIn(name, crash), "unknown", version or "unknown", crash)
    return _Cli(adapter, f"{row.owner}@{row.version}", wanted_version(adapter, version))


def _places(
    runtimes: Sequence[Runtime], networks: Sequence[str], tasks: Sequence[PackedTask], say: Say
) -> tuple[list[_Place], dict[str, str]]:
    """Return where which tasks can be graded; the others with the reason, by id and, of several, runtime."""
    skipped: dict[str, str] = {}
    places = []
    for runtime, network in zip(runtimes, networks, strict=True):
        reasons = _reasons(tasks, runtime, say)
        places.append(_Place(runtime, network, [t for t in tasks if t.task.id not in reasons]))
        mark = f" in {runtime.name}" if len(runtimes) > 1 else ""
        skipped |= {f"{task}{mark}": why for task, why in reasons.items()}
    if not any(place.tasks for place in places):
        names = " or ".join(repr(runtime.name) for runtime in runtimes)
        told = "\n".join(f"  {task}: {why}" for task, why in skipped.items())
        raise UserError(f"none of the tasks can be graded in runtime {names}:\n{told}")
    return places, skipped


def _reasons(tasks: Sequence[PackedTask], runtime: Runtime, say: Say) -> dict[str, str]:
    """Return why tasks cannot be graded in a runtime, which is asked once for each set of needs."""
    said = {task.task.id: task.task.doc.unavailable for task in tasks}
    needs = {task.task.id: task.needs for task in tasks if said[task.task.id] is None}
    why = {need: unmet(runtime, need, say) for need in sorted({*needs.values()}, key=lambda need: need.order)}
    found = {task: why[needs[task]] if reason is None else reason for task, reason in said.items()}
    return {task: reason for task, reason in found.items() if reason is not None}


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
