"""`cab export`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from cab_core.errors import UserError
from cab_core.records import Cell, CellResult, Harvest
from cab_core.store.atif import trajectory
from cab_core.store.paths import attempt_path
from cab_core.store.reading import read_json, read_optional

from . import options, standing
from .table import print_json


@click.command
@click.option("--atif", is_flag=True, required=True, help="Agent Trajectory Interchange Format")
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, help="directory for the files")
@click.option("--sweep-id", help="only this sweep")
@options.runs
@standing.option
@options.as_json
def command(atif: bool, out: Path, sweep_id: str | None, runs: Path, scripted: bool, as_json: bool) -> int:
    """Write what other tools read, a file a cell."""
    count = 0
    cells: dict[str, Cell] = {}
    found = standing.standing(runs, scripted, sweep_id)
    for directory, _ in found.cells:
        harvest = read_optional(directory / "harvest.json", Harvest)
        if harvest is not None:
            result = read_json(directory / "cell.json", CellResult)
            address = attempt_path(result.cell)
            if cells.setdefault(address, result.cell) != result.cell:
                raise UserError(
                    f"{directory}: another cell has the same address, {address}; export them apart"
                )
            _write(trajectory(result, harvest), out / address / "trajectory.json")
            count += 1
    if as_json:
        print_json({"trajectories": count, "directory": str(out), "left_out": found.left_out})
        return 0
    click.echo(f"{count} trajectories in {out}")
    found.say_left_out()
    return 0


def _write(found: dict[str, Any], target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
