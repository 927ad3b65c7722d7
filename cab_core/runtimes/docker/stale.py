"""What a killed runner left: containers and volumes, known by their labels, and scratch directories."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path

import attrs

from cab_core.plugins.protocols import Say

from ..owner import host_id, is_alive
from ..scratch import remove_scratch, stale_scratch
from .engine import HOST, RUNNER, client, engine_errors
from .resources import remove_container, remove_volume


@attrs.frozen
class Stale:
    """What runners left that are gone: ids of containers, names of volumes, scratch directories."""

    containers: list[str]
    volumes: list[str]
    directories: list[Path]

    def __str__(self) -> str:
        """Return how many there are of each."""
        counts = [
            f"{len(found)} {name if len(found) == 1 else plural}"
            for found, name, plural in (
                (self.containers, "container", "containers"),
                (self.volumes, "volume", "volumes"),
                (self.directories, "directory", "directories"),
            )
        ]
        return f"{counts[0]}, {counts[1]} and {counts[2]}"

    def __bool__(self) -> bool:
        """Return whether there is anything."""
        return bool(self.containers or self.volumes or self.directories)


def find_stale(other_hosts: bool = False) -> Stale:
    """Return what runners of this machine left that are gone.

    `other_hosts`: all that runners on other machines made on this engine too; whether they live
    cannot be known.

    Raises:
        SandboxError: there is no engine, or it is gone.
    """
    # Not by the label of our images: builds have it, and what a user runs out of one.
    made_by = {"label": RUNNER}
    with engine_errors("list what cab made"):
        containers = client().containers(all=True, filters=made_by)
        volumes = client().volumes(filters=made_by)["Volumes"] or []
    return Stale(
        containers=[c["Id"] for c in containers if _is_dead(c["Labels"], other_hosts)],
        volumes=[v["Name"] for v in volumes if _is_dead(v["Labels"], other_hosts)],
        directories=stale_scratch(),
    )


def _is_dead(labels: Mapping[str, str], other_hosts: bool) -> bool:
    if labels.get(HOST, host_id()) != host_id():
        return other_hosts
    return not is_alive(labels[RUNNER])


def remove(dead: Stale) -> None:
    """Remove it. What somebody else removed first is no trouble.

    Raises:
        SandboxError: the engine refused, or is gone.
    """
    for container in dead.containers:
        remove_container(container)
    for volume in dead.volumes:
        remove_volume(volume)
    remove_scratch(dead.directories)


@functools.cache
def _swept() -> Stale:
    dead = find_stale()
    remove(dead)
    return dead


def sweep_once(say: Say) -> None:
    """Remove what killed runners left, once in this process."""
    if dead := _swept():
        say(f"removed {dead} of runners that are gone")
