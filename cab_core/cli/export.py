"""`cab export`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cab_core.errors import UserError

from . import options, standing
from .export_files import write_predictions, write_trajectories
from .export_table import FORMS, write_table
from .export_whole import whole_directory
from .group import pass_plugins
from .table import print_json
from .text import say

if TYPE_CHECKING:
    from cab_core.plugins.registry import Plugins

_ALL = (*FORMS, "swebench", "atif")


@click.command
@click.option("--csv", is_flag=True, help="a table, CSV")
@click.option("--jsonl", is_flag=True, help="a table, a JSON object a line")
@click.option("--parquet", is_flag=True, help="a table, Parquet; wants codingagentbench[parquet]")
@click.option(
    "--swebench", is_flag=True, help="predictions for SWE-bench's own harness, a file a configuration"
)
@click.option("--atif", is_flag=True, help="Agent Trajectory Interchange Format, a file a cell")
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    help="file for a table (CSV and JSON lines: left out, standard output), directory for the others",
)
@click.option("--sweep-id", help="only this sweep")
@options.runs
@standing.option
@options.as_json
@pass_plugins
def command(
    plugins: Plugins,
    /,
    *,
    out: Path | None,
    sweep_id: str | None,
    runs: Path,
    scripted: bool,
    as_json: bool,
    **forms: bool,
) -> int:
    """Write cells as other tools read them: as a table with a row a cell, or as files.

    Of each cell the try that stands. `cab reference columns` says what a table has.
    """
    form = _form(forms, out, as_json)
    cells = standing.Walk(runs, scripted, sweep_id)
    if form in FORMS:
        told, lines = write_table(form, cells, out)
    else:
        assert out is not None
        with whole_directory(out) as part:
            if form == "swebench":
                told, lines = write_predictions(cells, part)
            else:
                told, lines = write_trajectories(cells, part, plugins)
        told, lines = told | {"directory": str(out)}, [f"{lines[0]} below {out}", *lines[1:]]
    if as_json:
        print_json({**told, "left_out": cells.left_out})
        return 0
    for line in lines:
        say(line)
    cells.say_left_out(err=out is None)
    return 0


def _form(forms: dict[str, bool], out: Path | None, as_json: bool) -> str:
    """Return the one form that was asked for.

    Raises:
        UserError: none was, or several, or it needs a place that was not named.
    """
    chosen = [name for name in _ALL if forms[name]]
    if len(chosen) != 1:
        said = "none" if not chosen else " and ".join(f"--{name}" for name in chosen)
        raise UserError(f"expected one of {', '.join(f'--{name}' for name in _ALL)}; got {said}")
    (form,) = chosen
    if out is None and (as_json or form not in ("csv", "jsonl")):
        what = "file" if form in FORMS else "directory"
        raise UserError(f"--{form}{' --json' if as_json else ''}: expected -o with a {what} to write to")
    return form
