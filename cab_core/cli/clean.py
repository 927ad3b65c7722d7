"""`cab clean`."""

from __future__ import annotations

import click

from cab_core.errors import SandboxError
from cab_core.runtimes.docker.leftovers import dead_containers, remove_containers
from cab_core.runtimes.scratch import dead_scratch, remove_scratch


@click.command
@click.option("--dry-run", is_flag=True, help="only say what would be removed")
@click.option(
    "--other-hosts",
    is_flag=True,
    help="containers of runners on other machines too, living or not",
)
def command(dry_run: bool, other_hosts: bool) -> int:
    """Remove what killed runners left: containers and scratch directories, and nothing of a living one."""
    directories = dead_scratch()
    try:
        containers = dead_containers(other_hosts)
    except SandboxError as exc:
        containers = []
        click.echo(f"containers were not looked at: {exc}", err=True)
    for name in [*containers, *map(str, directories)]:
        click.echo(name)
    if not dry_run:
        remove_containers(containers)
        remove_scratch(directories)
    verb = "found" if dry_run else "removed"
    click.echo(f"{len(containers)} containers and {len(directories)} directories {verb}")
    return 0
