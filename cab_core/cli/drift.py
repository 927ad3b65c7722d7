"""`cab drift`."""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import click

from cab_core.errors import CabError, UserError
from cab_core.records import CellSummary, Configuration
from cab_core.stats import Selector, one_of_each

from . import options, standing
from .group import pass_plugins
from .no_cell import no_cell
from .table import print_json

if TYPE_CHECKING:
    from cab_core.plugins.registry import Plugins


@click.command
@click.option("--tui", required=True, metavar="NAME|FILE", help="the CLI")
@click.option("--model", metavar="PATTERN", default="*", help="only with these models")
@click.option("--task", metavar="PATTERN", default="*", help="only these tasks")
@click.option(
    "--without", multiple=True, metavar="VERSION", help="leave a version out, such as one with few tasks"
)
@options.runs
@standing.option
@options.as_json
@pass_plugins
def command(
    plugins: Plugins, /, tui: str, model: str, task: str, without: tuple[str, ...], runs: Path,
    scripted: bool, as_json: bool,
) -> int:  # fmt: skip
    """Did a CLI get better or worse over its versions, and from which one on?

    The versions that RUNS has cells of are held against each other on the tasks that all of them have,
    model by model; what else tells cells apart (stack, runtime, options ...) stays equal. They stand in the
    order in which the registry released them.
    """
    from .drift_shown import print_drift, values

    tui = _name(plugins, tui)
    there = standing.standing(
        runs, scripted, chosen=lambda r: r.cell.tui == tui and fnmatch.fnmatchcase(r.cell.task, task)
    )
    cells = [r for _, r in one_of_each(there.cells) if fnmatch.fnmatchcase(r.cell.model, model)]
    if not cells:
        asked = {"tui": tui, "model": model} if model != "*" else {"tui": tui}
        raise no_cell(Selector(asked), runs, task, scripted)
    cells = [r for r in cells if r.cell.tui_version not in without]
    if not cells:
        raise UserError(f"--without {' '.join(without)} leaves out every version of {tui} in {runs}")
    order, why = _order(plugins, tui, {r.cell.tui_version for r in cells})
    groups = {config: _by_version(found, order) for config, found in _groups(cells).items()}
    if as_json:
        print_json([values(config, found, why) for config, found in groups.items()])
    else:
        for config, found in groups.items():
            print_drift(config, found, why)
    there.say_left_out(err=as_json)
    return 0


def _name(plugins: Plugins, tui: str) -> str:
    """Return the name that cells have of a CLI; of a file, the one that it declares.

    Raises:
        UserError: the file declares none, or a version of it is named.
    """
    from cab_core.declared.reading import declares, find_cli

    if not declares(tui):
        return tui  # not find_cli: cells may be of a CLI that is not installed here
    name, version = find_cli(plugins, tui)
    if version:
        raise UserError(
            f"--tui {tui}: all versions are held against each other, so name the file without @{version}"
        )
    return name


def _order(plugins: Plugins, tui: str, versions: set[str]) -> tuple[list[str], str | None]:
    """Return the versions from the first to the last, and why not in the registry's order where it is not."""
    from cab_core.runtimes.release_order import in_order
    from cab_core.runtimes.releases import releases

    if len(versions) < 2:
        return sorted(versions), None
    try:
        return in_order(versions, releases(plugins.adapter(tui))), None
    except CabError as exc:
        return in_order(versions, ()), str(exc)


def _groups(cells: Sequence[CellSummary]) -> dict[Configuration, list[CellSummary]]:
    """Return the cells by all that tells them apart but the version."""
    found: dict[Configuration, list[CellSummary]] = {}
    for cell in cells:
        found.setdefault(attrs.evolve(cell.cell.configuration, version=""), []).append(cell)
    return dict(sorted(found.items()))


def _by_version(cells: Sequence[CellSummary], order: Sequence[str]) -> dict[str, list[CellSummary]]:
    found = {version: [c for c in cells if c.cell.tui_version == version] for version in order}
    return {version: cells for version, cells in found.items() if cells}
