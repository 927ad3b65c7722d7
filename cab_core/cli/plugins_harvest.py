"""`cab plugins harvest`: an adapter reads once more what a CLI left, without the CLI."""

from __future__ import annotations

import json
from pathlib import Path

import click

from cab_core.errors import PluginCrash, UserError
from cab_core.plugins.registry import Plugins

from . import options
from .group import pass_plugins
from .table import print_json
from .text import plain, say


@click.command
@click.argument("cell", type=click.Path(path_type=Path), metavar="CELL")
@click.option("--tui", metavar="NAME|FILE", help="the CLI  [that of the cell]")
@options.as_json
@pass_plugins
def command(plugins: Plugins, cell: Path, tui: str | None, as_json: bool) -> int:
    """Have an adapter read what the CLI of a cell left, which was run with --keep-leftovers.

    Prints the harvest, and in which parts it is another than the cell's. Exit 1 where the adapter raises.
    """
    from cab_core.declared.reading import find_cli
    from cab_core.records import CellResult, Harvest, to_json
    from cab_core.run.leftovers import read_again
    from cab_core.store.reading import read_json, read_optional

    from .cell_of import try_of

    directory = try_of(cell)
    result = read_json(directory / "cell.json", CellResult)
    left = read_again(directory, result)
    if left is None:
        raise UserError(f"{directory}: what its CLI left was not kept; run it with --keep-leftovers")
    if tui is None and result.wiring.declared is not None:
        raise UserError(f"a file declares the CLI {result.cell.tui!r} of this cell: name it with --tui FILE")
    adapter = plugins.adapter(find_cli(plugins, tui)[0] if tui else result.cell.tui)
    try:
        harvest = to_json(adapter.harvest(left))
    except PluginCrash as crash:
        raise click.exceptions.Exit(_raised(crash, as_json)) from crash
    before = to_json(read_optional(directory / "harvest.json", Harvest)) or {}
    differs = [name for name, value in harvest.items() if value != before.get(name)]
    if as_json:
        print_json({"harvest": harvest, "differs": differs})
        return 0
    click.echo(plain(json.dumps(harvest, indent=1, ensure_ascii=False)))
    say(f"another than in the cell: {', '.join(differs)}" if differs else "as in the cell")
    return 0


def _raised(crash: PluginCrash, as_json: bool) -> int:
    if as_json:
        print_json({"fault": str(crash)})
    else:
        say(plain(str(crash)), err=True)
    return 1
