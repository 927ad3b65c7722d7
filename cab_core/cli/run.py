"""`cab run`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import click

from cab_core.errors import UserError
from cab_core.plugins.registry import Plugins
from cab_core.records import Sweep
from cab_core.tasks.documents import read_document

from . import options
from .session import run_sweep
from .table import as_row, print_json, print_results


@click.command
@click.argument("sweep_file", required=False, type=click.Path(path_type=Path))
@click.option("--tui", "tuis", multiple=True, metavar="NAME[@VERSION]", help="a CLI; several make a matrix")
@click.option(
    "--model", "models", multiple=True, metavar="ID", help="scripted:oracle, or an id your endpoint knows"
)
@click.option("--task", "tasks", multiple=True, metavar="PATTERN", help="fnmatch on the task id; * crosses /")
@click.option("--attempts", type=click.IntRange(min=1), help="runs of each cell  [1]")
@click.option(
    "--stack", "stacks", multiple=True, metavar="NAME|FILE", help="given to the CLI; composed in order"
)
@click.option(
    "--option",
    "pairs",
    multiple=True,
    metavar="KEY=VALUE",
    help="an option of the CLI's adapter; several values of one make a matrix",
)
@click.option("-j", "width", type=click.IntRange(min=1), default=1, show_default=True, help="cells at once")
@click.option(
    "--runtime", "runtimes", multiple=True, help="where the agent runs; several make a matrix  [local]"
)
@click.option("--executor", help="who runs the cells  [local]")
@click.option("--sweep-id", help="name of the sweep  [local]")
@click.option("--fresh", is_flag=True, help="run again what has a verdict already")
@click.option("--network", type=options.OneOf(["gateway", "open"]), help="what the agent can reach")
@options.model_params
@options.limits
@options.endpoint
@options.runs
@options.pack
@options.as_json
@click.pass_obj
def command(plugins: Plugins, /, sweep_file: Path | None, **said: Any) -> int:
    """Run a matrix of CLIs x models x tasks.

    What is to be run stands in a sweep file (TOML), in options, or both: options win. The same
    command again goes on where it stopped.
    """
    sweep = _sweep(sweep_file, said)
    choice = options.choice_of(said["endpoint"], said["key"], said["key_env"])
    results, code = run_sweep(
        sweep,
        plugins,
        choice,
        said["runs"],
        said["packs"],
        said["width"],
        said["fresh"],
        quiet=said["as_json"],
    )
    if said["as_json"]:
        print_json([as_row(r) for _, r in results])
    else:
        print_results(results)
        click.echo(f"Cells are in {said['runs']}. Pages: cab site build {said['runs']} -o site")
    return code


def _sweep(sweep_file: Path | None, said: dict[str, Any]) -> Sweep:
    names = ("tuis", "models", "tasks", "stacks", "attempts", "runtimes", "network", "executor", "sweep_id")
    given = {n: said[n] for n in names if said[n]}
    if said["pairs"]:
        given["option_sets"] = options.option_sets(said["pairs"])
    if said["params"]:
        given["model_params"] = options.key_values(said["params"], "--model-param")
    bounds = (said["wall"], said["max_calls"], said["max_tokens"], said["max_usd"])
    if sweep_file is not None:
        base = read_document(sweep_file, Sweep)
        return attrs.evolve(base, limits=options.limits_of(base.limits, *bounds), **given)
    lacking = [f"--{n.removesuffix('s')}" for n in ("tuis", "models", "tasks") if n not in given]
    if lacking:
        raise UserError(f"nothing to run: give {', '.join(lacking)}, or a sweep file")
    sweep = Sweep(**given)
    return attrs.evolve(sweep, limits=options.limits_of(sweep.limits, *bounds))
