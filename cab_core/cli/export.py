"""`cab export`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cab_core.conversation.atif import trajectory
from cab_core.conversation.claimed_atif import claimed_trajectory
from cab_core.conversation.read import read_conversation
from cab_core.errors import UserError
from cab_core.records import Cell, CellResult, Harvest
from cab_core.store.paths import attempt_path
from cab_core.store.reading import read_json, read_optional

from . import options, standing
from .group import pass_plugins
from .table import print_json

if TYPE_CHECKING:
    from cab_core.plugins.registry import Plugins


@click.command
@click.option("--atif", is_flag=True, required=True, help="Agent Trajectory Interchange Format")
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, help="directory for the files")
@click.option("--sweep-id", help="only this sweep")
@options.runs
@standing.option
@options.as_json
@pass_plugins
def command(plugins: Plugins, /, *, out: Path, sweep_id: str | None, runs: Path, **flags: bool) -> int:
    """Write what other tools read, a file a cell."""
    count = 0
    cells: dict[str, Cell] = {}
    found = standing.standing(runs, flags["scripted"], sweep_id)
    for directory, _ in found.cells:
        result = read_json(directory / "cell.json", CellResult)
        if (made := _trajectory(directory, result, plugins)) is not None:
            address = attempt_path(result.cell)
            if cells.setdefault(address, result.cell) != result.cell:
                raise UserError(
                    f"{directory}: another cell has the same address, {address}; export them apart"
                )
            _write(made, out / address / "trajectory.json")
            count += 1
    if flags["as_json"]:
        print_json({"trajectories": count, "directory": str(out), "left_out": found.left_out})
        return 0
    click.echo(f"{count} trajectories in {out}")
    found.say_left_out()
    return 0


def _trajectory(directory: Path, result: CellResult, plugins: Plugins) -> dict[str, Any] | None:
    """Return what was said on the wire, else what the CLI says of itself; None where there is neither."""
    if (said := read_conversation(directory, plugins.protocol)) is not None:
        return trajectory(result, *said)
    harvest = read_optional(directory / "harvest.json", Harvest)
    return None if harvest is None else claimed_trajectory(result, harvest)


def _write(found: dict[str, Any], target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
