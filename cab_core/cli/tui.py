"""`cab tui`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from cab_core.declared.reading import find_cli
from cab_core.defaults import LATEST
from cab_core.plugins.protocols import Adapter
from cab_core.plugins.registry import Plugins
from cab_core.runtimes.install import installed_version
from cab_core.runtimes.release_order import is_release
from cab_core.runtimes.releases import releases
from cab_core.store.calibrations import is_calibrated

from . import options
from .group import Group, pass_plugins
from .rows import print_table
from .table import print_json

_NEWEST = 5  # releases that are shown though nothing is known of them here


@click.group(cls=Group)
def command() -> None:
    """Show which versions of a CLI there are."""


@command.command
@click.argument("name", metavar="NAME|FILE")
@click.option(
    "--all", "every", is_flag=True, help=f"all that the registry has, not the newest {_NEWEST} releases"
)
@options.runs
@options.as_json
@pass_plugins
def versions(plugins: Plugins, name: str, every: bool, runs: Path, as_json: bool) -> int:
    """Show the versions of a CLI: what its registry has, what is installed here, what was calibrated.

    The first is what NAME@latest means. Calibrated is a version with a passing record below RUNS.
    """
    adapter = plugins.adapter(find_cli(plugins, name)[0])
    known = releases(adapter)
    rows = [_row(plugins, adapter, version, known, runs) for version in _versions(adapter, known)]
    newest = [row for row in rows if is_release(row["version"])][:_NEWEST] or rows[:_NEWEST]
    shown = [row for row in rows if every or row in newest or _known_here(row)]
    if as_json:
        print_json(shown)
    else:
        cells = [
            (r["version"], ", ".join(r["is"]), r["installed"] or "", ", ".join(r["calibrated"]))
            for r in shown
        ]
        print_table(cells, ("version",), ("is", "installed", "calibrated"))
    return 0


def _versions(adapter: Adapter, known: Sequence[str]) -> list[str]:
    return list(dict.fromkeys((*known, adapter.default_version)))


def _row(
    plugins: Plugins, adapter: Adapter, version: str, known: Sequence[str], runs: Path
) -> dict[str, Any]:
    said = {LATEST: version == known[0], "the default": version == adapter.default_version}
    said["on no registry"] = version not in known
    places = plugins.names("runtime")
    return {
        "version": version,
        "is": [word for word, so in said.items() if so],
        "installed": installed_version(adapter, version),
        "calibrated": [p for p in places if is_calibrated(runs, adapter.name, version, p)],
    }


def _known_here(row: dict[str, Any]) -> bool:
    return bool(row["is"] or row["installed"] or row["calibrated"])
