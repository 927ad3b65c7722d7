"""From a sweep to cells: every name looked up, every requirement held against the runtime."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import metadata
from itertools import product

import attrs

from cab_core import __version__
from cab_core.errors import UnknownName, UserError
from cab_core.gateway.models import ConfigDoc, EndpointChoice, Model, resolve
from cab_core.plugins.protocols import Adapter, Runtime, Say
from cab_core.plugins.registry import Plugins
from cab_core.records import Cell, Installation, Limits, PackedTask, Sweep
from cab_core.run.planned import PlannedCell, content_key, grader_key
from cab_core.runtimes.install import recipe_hash
from cab_core.store.reading import check_readable
from cab_core.tasks.catalog import Catalog
from cab_core.tasks.stacks import Stack, compose
from cab_core.tasks.toolchains import lacking

from .reach import check_reachable


@attrs.frozen(kw_only=True)
class Plan:
    """The cells of a sweep, and the tasks that cannot be graded in its runtime, with the reason."""

    sweep: Sweep
    cells: list[PlannedCell]
    skipped: dict[str, str]


@attrs.frozen
class _Cli:
    adapter: Adapter
    owner: str
    version: str


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
    runtime = plugins.runtime(sweep.runtime)
    network = _network(sweep, runtime)
    stack = compose(sweep.stacks, plugins)
    models = [resolve(m, choice, config) for m in sweep.models]
    for model in models:
        _check_price(model, sweep.limits)
    selected = catalog.select(sweep.tasks)
    for cli, model in product(clis, models):
        _check_pair(cli.adapter, model)
        _check_options(cli.adapter, sweep)
    for url in sorted({m.endpoint for m in models if m.endpoint}):
        check_reachable(url)
    tasks, skipped = _runnable(selected, runtime, say)  # may build an image
    installed = _install(clis, tasks, stack, runtime, say)
    cells = [
        _planned_cell(sweep, network, stack, cli, model, task, attempt, runtime, installed[_need(cli, task)])
        for cli, model, task, attempt in product(clis, models, tasks, range(1, sweep.attempts + 1))
    ]
    return Plan(sweep=sweep, cells=cells, skipped=skipped)


def _network(sweep: Sweep, runtime: Runtime) -> str:
    network = sweep.network or runtime.networks[0]
    if network not in runtime.networks:
        raise UserError(
            f"runtime {runtime.name!r} has no network {network!r}; it has {', '.join(runtime.networks)}"
        )
    return network


_Need = tuple[str, str, tuple[str, ...]]


def _need(cli: _Cli, task: PackedTask) -> _Need:
    """What tells installations apart: the CLI, its version, the toolchains beside it."""
    return cli.owner, cli.version, tuple(sorted(task.task.doc.grade.requires))


def _install(
    clis: Sequence[_Cli], tasks: Sequence[PackedTask], stack: Stack, runtime: Runtime, say: Say
) -> dict[_Need, Installation]:
    """Make every CLI ready for every set of toolchains that a task of the plan needs."""
    pairs = {_need(c, t): c for c, t in product(clis, tasks)}
    return {
        need: runtime.install(cli.adapter, cli.version, need[2], stack.recipes(), say)
        for need, cli in sorted(pairs.items(), key=lambda p: p[0])
    }


def _cli(plugins: Plugins, text: str) -> _Cli:
    name, _, version = text.partition("@")
    adapter = plugins.adapter(name)
    row = plugins.owner("adapter", name)
    return _Cli(adapter, f"{row.owner}@{row.version}", version or adapter.default_version)


def _runnable(
    tasks: Sequence[PackedTask], runtime: Runtime, say: Say
) -> tuple[list[PackedTask], dict[str, str]]:
    needs = {t.task.id: tuple(sorted(t.task.doc.grade.requires)) for t in tasks}
    reasons_of = {need: _lacking(need, runtime, say) for need in sorted({*needs.values()})}
    skipped = {task: why for task, need in needs.items() if (why := reasons_of[need])}
    runnable = [t for t in tasks if t.task.id not in skipped]
    if not runnable:
        reasons = "\n".join(f"  {task}: {why}" for task, why in skipped.items())
        raise UserError(f"none of the tasks can be graded in runtime {runtime.name!r}:\n{reasons}")
    return runnable, skipped


def _lacking(requires: tuple[str, ...], runtime: Runtime, say: Say) -> str | None:
    """Ask the runtime, where it can be asked; else look at this machine."""
    if hasattr(runtime, "lacking"):
        found: str | None = runtime.lacking(requires, say)
        return found
    return lacking(requires)


def _check_pair(adapter: Adapter, model: Model) -> None:
    if model.protocol not in adapter.protocols:
        raise UserError(
            f"CLI {adapter.name!r} speaks {', '.join(adapter.protocols)}, model {model.id!r} is served by "
            f"{model.protocol}; the gateway relays, it does not translate"
        )


def _check_price(model: Model, limits: Limits) -> None:
    if limits.usd is not None and model.scripted is None and model.price is None:
        raise UserError(
            f"a limit in US dollars needs to know what model {model.id!r} costs: write "
            f'[models."{model.id}"] with '
            "`price` into cab.toml, or limit tokens (--max-tokens) or calls (--max-calls)"
        )


def _check_options(adapter: Adapter, sweep: Sweep) -> None:
    """Hold `--option` against the JSON Schemas that the adapter gives, model_params against its names."""
    from jsonschema import Draft202012Validator

    settable = getattr(adapter, "model_params", sweep.model_params)  # left out: any
    for name in sweep.model_params:
        if name not in settable:
            raise UnknownName(f"model parameter of {adapter.name}", name, settable)
    known = getattr(adapter, "options", {})
    for name, value in sweep.options.items():
        if name not in known:
            raise UnknownName(f"option of {adapter.name}", name, known)
        error = next(iter(Draft202012Validator(known[name]).iter_errors(value)), None)
        if error is not None:
            raise UserError(f"option {name} of {adapter.name}: {error.message}")


def _planned_cell(
    sweep: Sweep,
    network: str,
    stack: Stack,
    cli: _Cli,
    model: Model,
    task: PackedTask,
    attempt: int,
    runtime: Runtime,
    installation: Installation,
) -> PlannedCell:
    cell = Cell(
        sweep_id=sweep.sweep_id,
        tui=cli.adapter.name,
        tui_version=cli.version,
        model=model.id,
        task=task.task.id,
        attempt=attempt,
        stack=stack.names,
        runtime=runtime.name,
        network=network,
        limits=sweep.limits,
        model_params=sweep.model_params,
        options=sweep.options,
    )
    recipe = recipe_hash(cli.adapter.recipe(cli.version))
    return PlannedCell(
        cell=cell,
        task=task,
        model=model,
        adapter=cli.adapter,
        adapter_owner=cli.owner,
        runtime=runtime,
        installation=installation,
        content_key=content_key(cell, task, model, cli.owner, recipe, stack.items),
        grader_key=grader_key(task),
        stack=stack.items,
    )


def pins(plan: Plan) -> dict[str, object]:
    """Return everything that a sweep is pinned to: the content of `sweep.lock.toml`."""
    cells = plan.cells
    return {
        "schema_version": 1,
        "cab": __version__,
        "sweep_id": plan.sweep.sweep_id,
        "runtime": plan.sweep.runtime,
        "limits": {k: v for k, v in attrs.asdict(plan.sweep.limits).items() if v is not None},
        "clis": dict(_pinned_clis(cells)),
        "models": {o.model.id: {"endpoint": o.model.endpoint or "scripted"} for o in cells},
        "tasks": {o.task.task.id: o.task.task.tree_hash for o in cells},
        "plugins": {
            e.name: f"{e.dist.name} {e.dist.version}" for e in metadata.entry_points(group="cab") if e.dist
        },
    }


def _pinned_clis(cells: Sequence[PlannedCell]) -> Iterator[tuple[str, dict[str, str]]]:
    for planned in cells:
        installed = planned.installation
        pinned = {
            "version": installed.version,
            "reported": installed.reported,
            "image_id": installed.image_id,
        }
        yield planned.cell.tui, {k: v for k, v in pinned.items() if v}
