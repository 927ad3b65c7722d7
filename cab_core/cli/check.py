"""`cab check`: one task with the reader's own endpoint."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from cab_core.errors import UserError
from cab_core.plugins.registry import Plugins
from cab_core.records import Sweep

from . import options
from .doctor import look
from .session import run_sweep
from .table import as_row, print_json, print_results
from .text import reason


@click.command
@click.option("--tui", metavar="NAME[@VERSION]", help="the CLI")
@click.option("--model", metavar="ID", help="the model")
@click.option("--task", metavar="ID", help="the task")
@options.endpoint
@options.pack
@options.as_json
@click.pass_obj
def command(
    plugins: Plugins,
    tui: str | None,
    model: str | None,
    task: str | None,
    endpoint: str | None,
    key: str | None,
    key_env: str | None,
    packs: tuple[Path, ...],
    as_json: bool,
) -> int:
    """Try one task with your own endpoint (provisional). Without options: look at this machine."""
    if not (tui or model or task):
        return look(plugins, as_json)
    if not (tui and model and task):
        raise UserError("cab check needs --tui, --model and --task together (or none of them)")
    sweep = Sweep(tuis=(tui,), models=(model,), tasks=(task,), sweep_id="check")
    choice = options.choice_of(endpoint, key, key_env)
    with tempfile.TemporaryDirectory(prefix="cab-check-") as runs:
        results, code = run_sweep(sweep, plugins, choice, Path(runs), packs, quiet=as_json)
    if as_json:
        print_json([{**as_row(r), "provisional": True} for _, r in results])
        return code
    print_results(results)
    for _, result in results:
        click.echo(f"{result.outcome}: {reason(result.why)}")
    click.echo("Provisional score - not for citation. Nothing was kept; `cab run` keeps its cells.")
    return code
