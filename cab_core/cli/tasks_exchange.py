"""`cab tasks import` and `cab tasks export`: sets of others as packs of ours, and ours as Harbor's."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

import click

from cab_core.errors import UserError
from cab_core.plugins.registry import Plugins
from cab_core.records import to_json
from cab_core.tasks.catalog import Catalog, load_as
from cab_core.words import plural

from . import options
from .group import pass_plugins
from .table import print_json
from .text import one_line, plain, say

_SHOWN = 10  # of what is left out


@click.command("import")
@click.argument("format_name", metavar="FORMAT")
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, help="new directory of the pack"
)
@options.as_json
@pass_plugins
def import_tasks(plugins: Plugins, format_name: str, path: Path, output: Path, as_json: bool) -> int:
    """Write a task set of FORMAT at PATH as a pack of cab's own, with where each task comes from.

    What cannot be had is left out; imported.json in the pack says why. `cab plugins list` names the formats.
    """
    from cab_core.tasks.importing import MANIFEST, write_pack

    said = write_pack(load_as(plugins, format_name, path), output, format_name, path)
    if as_json:
        print_json(to_json(said))
        return 0
    where = plain(shlex.quote(str(output)))
    say(f"{plural(len(said.written), 'task')} written to {where}. Next: cab tasks validate --pack {where}")
    _tell_left_out(said.left_out, f"all reasons: {output / MANIFEST}")
    return 0


@click.command("export")
@click.argument("patterns", nargs=-1)
@click.option(
    "--harbor", "target", type=click.Path(path_type=Path), help="new directory of Harbor's task directories"
)
@options.pack
@options.as_json
@pass_plugins
def export_tasks(
    plugins: Plugins, patterns: tuple[str, ...], target: Path | None, packs: tuple[Path, ...], as_json: bool
) -> int:
    """Write tasks in another format. What it has no form for is left out, with the reason."""
    from cab_core.tasks.exporting import write_harbor

    if target is None:
        raise UserError("in which format? expected --harbor DIR")
    tasks = Catalog(plugins, packs).select(patterns)
    left_out = write_harbor(tasks, target)
    if as_json:
        print_json({"directory": str(target), "written": len(tasks) - len(left_out), "left_out": left_out})
        return 0
    say(f"{plural(len(tasks) - len(left_out), 'task')} written to {plain(str(target))}")
    _tell_left_out(left_out, "--json names all")
    return 0


def _tell_left_out(left_out: Mapping[str, str], where: str) -> None:
    for name, why in list(left_out.items())[:_SHOWN]:
        say(f"left out: {plain(name)}: {one_line(plain(why), 200)}", err=True, indent=4)
    if len(left_out) > _SHOWN:
        say(f"left out: {len(left_out) - _SHOWN} more; {plain(where)}", err=True)
