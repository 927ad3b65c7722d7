"""`cab new`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cab_core.errors import UserError
from cab_core.plugins.registry import Plugins

from . import options
from .group import pass_plugins
from .table import print_json
from .text import plain, say

if TYPE_CHECKING:
    from cab_core.new.kinds import Naming


@click.command
@click.argument("kind", metavar="adapter|scorer|pack|stack|runtime|format")
@click.argument("name", required=False)
@click.option(
    "--from",
    "file",
    type=click.Path(path_type=Path),
    metavar="FILE.toml",
    help="make an adapter of a CLI that this file declares",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="new directory  [cab-KIND-NAME]", metavar="DIR"
)
@options.as_json
@pass_plugins
def command(
    plugins: Plugins, kind: str, name: str | None, file: Path | None, output: Path | None, as_json: bool
) -> int:
    """Write a distribution with a plugin of KIND, called NAME, that works as it is and passes its own tests.

    `cab new adapter --from FILE.toml` makes one of a CLI that a file declares, which has the name already.

    Nothing is asked of any network, and nothing that is there is overwritten.
    """
    from cab_core.new.kinds import check_free
    from cab_core.new.write import write

    found = _named(kind, name, file)
    check_free(found, plugins)
    target = output or Path(found.distribution)
    files = write(found, target)
    commands = _next(target, found.tried)
    if as_json:
        about = {
            "kind": kind,
            "name": found.object,
            "distribution": found.distribution,
            "package": found.package,
        }
        print_json({**about, "directory": str(target), "files": files, "next": commands})
        return 0
    where = plain(str(target))
    say(f"{len(files)} files are written to {where}; what is yours to change is marked HERE. Next:")
    for line in commands:
        say(f"  {plain(line)}")
    return 0


def _named(kind: str, name: str | None, file: Path | None) -> Naming:
    from cab_core.declared.reading import read_declared
    from cab_core.new.kinds import naming, naming_of

    if file is None:
        if name is None:
            raise UserError(
                "cab new KIND NAME: the name is missing (an adapter can be made --from FILE.toml)"
            )
        return naming(kind, name)
    if kind != "adapter" or name is not None:
        raise UserError(f"cab new adapter --from {file}: an adapter alone, and its name is that of the file")
    return naming_of(read_declared(file))


def _next(target: Path, tried: str) -> list[str]:
    """Return what installs it, shows it at work and tests it."""
    return [f"cd {shlex.quote(str(target))} && pip install -e '.[test]'", tried, "pytest"]
