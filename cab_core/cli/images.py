"""`cab images`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from cab_core.declared.reading import find_cli
from cab_core.errors import UserError
from cab_core.leases import in_use
from cab_core.plugins.registry import Plugins
from cab_core.records import Needs
from cab_core.runtimes.docker.images import agent_image, cell_image
from cab_core.runtimes.docker.inventory import list_images, push, remove_images
from cab_core.runtimes.releases import wanted_version
from cab_core.tasks.catalog import Catalog
from cab_core.words import plural

from . import options
from .group import Group, pass_plugins
from .progress import Progress
from .rows import print_table
from .table import print_json
from .text import say_phrases


@click.group(cls=Group)
def command() -> None:
    """Build, list, push and remove images."""


@command.command
@click.argument("tuis", nargs=-1, required=True, metavar="NAME|FILE[@VERSION]...")
@click.option(
    "--task",
    "tasks",
    multiple=True,
    help="build for their toolchains  [all, or those of --pack]",
)
@click.option("--cell", is_flag=True, help="one image with cab and packs, for `docker run IMAGE run-cell`")
@options.pack
@options.as_json
@pass_plugins
def build(
    plugins: Plugins,
    tuis: tuple[str, ...],
    tasks: tuple[str, ...],
    cell: bool,
    packs: tuple[Path, ...],
    as_json: bool,
) -> int:
    """Build the images of CLIs for every set of toolchains that the tasks need."""
    needs = sorted({p.needs for p in Catalog(plugins, packs).select(tasks)}, key=lambda need: need.order)
    if cell:
        _check_inside(plugins, tuis)
        needs = [_together(needs)]
    rows = []
    with Progress(quiet=as_json) as progress:
        for tui in tuis:
            name, version = find_cli(plugins, tui)
            adapter = plugins.adapter(name)
            wanted = wanted_version(adapter, version)
            for need in needs:
                image = (
                    cell_image(adapter, wanted, need.requires, progress.say)
                    if cell
                    else agent_image(adapter, wanted, need.requires, (), progress.say, need.environment)
                )
                requires = list(need.requires)
                rows.append({"tui": tui, "name": image.name, "id": image.id, "requires": requires})
                if not as_json:
                    say_phrases((image.name, image.id, ", ".join(requires)))
    if as_json:
        print_json(rows)
    return 0


def _together(needs: Sequence[Needs]) -> Needs:
    """Return all toolchains as one set.

    Raises:
        UserError: a pack has an image of its own.
    """
    for environment in (need.environment for need in needs if need.environment):
        raise UserError(
            f"these tasks run in {environment}: in a cell image tasks are graded by the toolchains that it "
            "has, which are cab's own alone. Choose others with --task, or build without --cell and run "
            "the tasks with `cab run --runtime docker`, which makes their image"
        )
    return Needs(requires=tuple(sorted({r for need in needs for r in need.requires})))


def _check_inside(plugins: Plugins, tuis: tuple[str, ...]) -> None:
    """A cell image holds this distribution and no other: a CLI of another would not be known in it."""
    ours = plugins.owner("runtime", "docker").distribution
    for name in (find_cli(plugins, tui)[0] for tui in tuis):
        owner = plugins.owner("adapter", name).owner
        if owner.partition(":")[0] != ours:
            raise UserError(
                f"CLI {name!r} comes from {owner}: a cell image holds {ours} alone, and would not know it; "
                "without --cell its agent's image is built"
            )


@command.command("list")
@options.as_json
def list_all(as_json: bool) -> int:
    """List our images."""
    found = list_images()
    if as_json:
        print_json(found)
        return 0
    print_table([_row(image) for image in found], ("image",), ("role", "state", "id"), ("MB",))
    return 0


def _row(image: dict[str, Any]) -> tuple[str, ...]:
    """Return what the list says of an image; its id as docker's own lists have it."""
    short = image["id"].removeprefix("sha256:")[:12]
    return image["name"], image["role"], "old" if image["old"] else "", short, f"{image['size'] / 1e6:.0f}"


@command.command("push")
@click.argument("image")
@click.argument("repository", metavar="REGISTRY/NAME[:TAG]")
@options.as_json
def push_image(image: str, repository: str, as_json: bool) -> int:
    """Push an image; prints the reference by digest that others can pull."""
    with Progress(quiet=as_json) as progress:
        reference = push(image, repository, progress.say)
    if as_json:
        print_json({"reference": reference})
    else:
        click.echo(reference)
    return 0


@command.command
@click.option("--old", is_flag=True, help="only those that a newer one took the place of")
@options.as_json
def clean(old: bool, as_json: bool) -> int:
    """Remove our images that no container uses, and no cab that is running."""
    found = [i for i in list_images() if i["old"] or not old]
    used = in_use()
    free = [i for i in found if f"image {i['id']}" not in used]
    removed = remove_images(free)
    if as_json:
        print_json({"removed": removed, "in_use": len(found) - len(free)})
        return 0
    click.echo(f"{plural(removed, 'image')} removed")
    if len(free) < len(found):
        click.echo(f"{len(found) - len(free)} are left: a cab that is running needs them", err=True)
    return 0
