"""`cab site`."""

from __future__ import annotations

from pathlib import Path

import click

from cab_core.site.build import build_site


@click.group
def command() -> None:
    """Build the pages."""


@command.command
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "--out", type=click.Path(path_type=Path), default=Path("site"), show_default=True)
def build(runs: tuple[Path, ...], out: Path) -> int:
    """Write static pages of all cells in the runs directories."""
    click.echo(f"Pages: {build_site(list(runs), out).resolve()}")
    return 0
