"""`cab export`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from cab_core.errors import UserError
from cab_core.records import CellResult, Harvest
from cab_core.store.atif import trajectory
from cab_core.store.cells import Store, read_json
from cab_core.store.paths import attempt_path

from . import options


@click.command
@click.option("--atif", is_flag=True, required=True, help="Agent Trajectory Interchange Format")
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, help="directory for the files")
@click.option("--sweep-id", help="only this sweep")
@options.runs
def command(atif: bool, out: Path, sweep_id: str | None, runs: Path) -> int:
    """Write what other tools read, a file a cell."""
    if not runs.is_dir():
        raise UserError(f"--runs {runs}: no such directory")
    count = 0
    for directory, result in Store(runs).standing(sweep_id):
        if (directory / "harvest.json").exists():
            _write(directory, result, out)
            count += 1
    click.echo(f"{count} trajectories in {out}")
    return 0


def _write(directory: Path, result: CellResult, out: Path) -> None:
    target = out / attempt_path(result.cell) / "trajectory.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    found = trajectory(result, read_json(directory / "harvest.json", Harvest))
    target.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
