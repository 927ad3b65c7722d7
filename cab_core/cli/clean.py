"""`cab clean`."""

from __future__ import annotations

import click

from cab_core.errors import SandboxError
from cab_core.runtimes.docker.stale import Stale, find_stale, remove
from cab_core.runtimes.scratch import stale_scratch


@click.command
@click.option("--dry-run", is_flag=True, help="only say what would be removed")
@click.option(
    "--other-hosts",
    is_flag=True,
    help="what runners on other machines made on this engine too, living or not",
)
def command(dry_run: bool, other_hosts: bool) -> int:
    """Remove what killed runners left: containers, volumes, scratch directories; nothing of a living one."""
    try:
        found = find_stale(other_hosts)
    except SandboxError as exc:
        found = Stale([], [], stale_scratch())
        click.echo(f"containers were not looked at: {exc}", err=True)
    for name in [*found.containers, *found.volumes, *map(str, found.directories)]:
        click.echo(name)
    refused = [] if dry_run else remove(found)
    for said in refused:
        click.echo(said, err=True)
    click.echo(f"{found} {'found' if dry_run else 'removed'}")
    return 1 if refused else 0
