"""`cab clean`."""

from __future__ import annotations

import click

from cab_core.errors import SandboxError
from cab_core.runtimes.docker.stale import Stale, find_stale, remove
from cab_core.runtimes.scratch import stale_scratch

from . import options
from .table import print_json


@click.command
@click.option("--dry-run", is_flag=True, help="only say what would be removed")
@click.option(
    "--other-hosts",
    is_flag=True,
    help="what runners on other machines made on this engine too, living or not",
)
@options.as_json
def command(dry_run: bool, other_hosts: bool, as_json: bool) -> int:
    """Remove what killed runners left: containers, volumes, scratch directories; nothing of a living one."""
    found, unseen = _found(other_hosts)
    names = {k: list(map(str, getattr(found, k))) for k in ("containers", "volumes", "directories")}
    if not as_json:
        for name in (n for of_kind in names.values() for n in of_kind):
            click.echo(name)
    refused = [] if dry_run else remove(found)
    if as_json:
        print_json({**names, "removed": not dry_run, "refused": refused, "not_looked_at": unseen})
        return 1 if refused else 0
    for said in refused:
        click.echo(said, err=True)
    click.echo(f"{found} {'found' if dry_run else 'removed'}")
    return 1 if refused else 0


def _found(other_hosts: bool) -> tuple[Stale, str | None]:
    """Return what was found, and why containers were not looked at, where they were not."""
    try:
        return find_stale(other_hosts), None
    except SandboxError as exc:
        click.echo(f"containers were not looked at: {exc}", err=True)
        return Stale([], [], stale_scratch()), str(exc)
