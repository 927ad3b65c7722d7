"""`cab run-cell`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cab_core.errors import UserError

from . import options
from .group import pass_plugins
from .text import reason

if TYPE_CHECKING:
    from cab_core.plugins.registry import Plugins


@click.command
@click.option("--tui", required=True, metavar="NAME|FILE[@VERSION]", help="the CLI")
@click.option("--model", required=True, metavar="ID", help="the model")
@click.option("--task", required=True, metavar="ID", help="the task")
@click.option(
    "--stack", "stacks", multiple=True, metavar="NAME|[NAME=]PATH", help="given to the CLI; composed in order"
)
@click.option("--option", "pairs", multiple=True, metavar="KEY=VALUE", help="an option of the CLI's adapter")
@click.option(
    "--attempt", type=click.IntRange(1, 10**9 - 1), default=1, show_default=True, help="which one it is"
)
@click.option("--runtime", default="local", show_default=True, help="where the agent runs")
@click.option("--network", type=options.OneOf(["gateway", "open"]), help="what the agent can reach")
@options.no_wire
@options.record
@options.leftovers
@options.real_time
@options.model_params
@options.limits
@options.endpoint
@options.runs
@options.pack
@options.as_json
@pass_plugins
def command(plugins: Plugins, /, **said: Any) -> int:
    """Run one cell, always anew, and print its result (with --json the whole cell.json)."""
    from cab_core.records import Limits, Sweep, to_json
    from cab_core.store.cells import Store

    from .session import run_sweep
    from .table import print_json, print_results

    if set("*?[") & set(said["task"]):
        raise UserError(f"--task {said['task']!r}: run-cell runs one task; `cab run` takes patterns")
    bounds = options.limits_of(Limits(), said["wall"], said["max_calls"], said["max_tokens"], said["max_usd"])
    sweep = Sweep(
        tuis=(said["tui"],),
        models=(said["model"],),
        tasks=(said["task"],),
        stacks=said["stacks"],
        runtime=said["runtime"],
        network=said["network"],
        wire=not said["no_wire"],
        record=said["record"],
        leftovers=said["leftovers"],
        real_time=said["real_time"],
        limits=bounds,
        options=options.key_values(said["pairs"]),
        model_params=options.key_values(said["params"], "--model-param"),
    )
    choice = options.choice_of(said["endpoint"], said["key"], said["key_env"])
    results, code = run_sweep(
        sweep, plugins, choice, said["runs"], said["packs"], quiet=said["as_json"], attempt=said["attempt"]
    )
    if said["as_json"]:
        whole = [to_json(Store(said["runs"]).result(path)) for path, _ in results]
        print_json(whole if len(whole) != 1 else whole[0])
    else:
        print_results(results)
        for path, result in results:
            click.echo(f"{result.outcome}: {reason(result.why)}\nCell: {path}")
    return code
