"""`cab calibrate`."""

from __future__ import annotations

from typing import Any

import click

from cab_core.errors import CabError, UserError
from cab_core.plugins.registry import Plugins
from cab_core.sweep.calibration_limits import FLOOR_S, ROOM
from cab_core.tasks.catalog import Catalog

from . import options
from .calibrating import Asked, Calibrated, calibrate
from .calibrations import all_as_json, as_json, print_all, print_one
from .group import pass_plugins
from .table import print_json
from .text import one_line, say


@click.command
@click.option("--tui", "tuis", multiple=True, metavar="NAME|FILE[@VERSION]", help="the CLI; several")
@click.option("--all", "every", is_flag=True, help="every CLI that is installed as a plugin")
@click.option("--task", "tasks", multiple=True, metavar="PATTERN", help="tasks  [all, or those of --pack]")
@click.option("--full", is_flag=True, help="every scripted model on every task")
@click.option("--fresh", is_flag=True, help="run again what was right before, on the same content")
@click.option("--runtime", default="local", show_default=True, help="where the agent runs")
@click.option(
    "--wall", type=click.FloatRange(min=1),
    help="seconds for the scripted models that never end  "
    f"[{ROOM:g} x what the oracle took on that task, at least {FLOOR_S:g}]",
)  # fmt: skip
@click.option("-j", "width", type=click.IntRange(min=1), default=1, show_default=True, help="cells at once")
@options.runs
@options.pack
@options.as_json
@pass_plugins
def command(plugins: Plugins, /, tuis: tuple[str, ...], every: bool, as_json: bool, **said: Any) -> int:
    """Run scripted models whose figures are known, and hold every axis against what it must say.

    oracle and null run on every task; those that misbehave (vandal, cheat, refuser, hang, error,
    flood) on one task of each pack. The same command again goes on where it stopped. Exit 1 where a
    figure is wrong, or a CLI cannot be calibrated.
    """
    if every == bool(tuis):
        raise click.UsageError("give either --tui NAME, once or several times, or --all")
    asked = Asked(quiet=as_json, **said)
    return (
        _several(plugins, _names(plugins, tuis), asked)
        if every or tuis[1:]
        else _one(plugins, tuis[0], asked)
    )


def _one(plugins: Plugins, tui: str, asked: Asked) -> int:
    found = calibrate(tui, plugins, asked, lambda: None)
    if asked.quiet:
        print_json(as_json(found))
    else:
        print_one(found)
    return 0 if found.right else 1


def _names(plugins: Plugins, tuis: tuple[str, ...]) -> list[str]:
    """Return the CLIs that were asked for; of all, those too whose plugin is broken."""
    broken = [r.name for r in plugins.faults() if r.kind == "adapter"]
    found = list(dict.fromkeys(tuis or sorted({*plugins.names("adapter"), *broken})))
    if not found:
        raise UserError("--all: no CLI is there; `cab plugins list` shows which plugins are, and why not")
    return found


def _several(plugins: Plugins, tuis: list[str], asked: Asked) -> int:
    """Calibrate one CLI after the other; where one cannot be, go on with the next."""
    plugins.runtime(asked.runtime)  # a mistake in what is the same for all of them is one
    Catalog(plugins, asked.packs).select(asked.tasks)
    done: list[Calibrated] = []
    for n, tui in enumerate(tuis, 1):
        if not asked.quiet:
            say(f"{tui} ({n} of {len(tuis)})", err=True)
        try:
            done.append(calibrate(tui, plugins, asked, lambda: print_all(done)))
        except CabError as exc:
            done.append(Calibrated(tui=tui, trouble=str(exc)))
            if not asked.quiet:
                say(f"{tui} cannot be calibrated: {one_line(str(exc), 300)}", err=True)
    if asked.quiet:
        print_json(all_as_json(done))
    else:
        print_all(done)
    return 0 if all(cli.right for cli in done) else 1
