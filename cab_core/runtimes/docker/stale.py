"""What a killed runner left: containers and volumes, known by their labels, and scratch directories."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import attrs

from cab_core.leases import is_alive
from cab_core.plugins.protocols import Say
from cab_core.processes import host_id

from ..reaper import REAPER
from ..scratch import remove_scratch, stale_scratch
from .engine import HOST, LEASE, RUNNER, client, engine_errors
from .resources import remove_container, remove_volume

_swept: list[bool] = []


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
        containers=[c["Id"] for c in containers if _is_stale(c["Labels"], other_hosts)],
        volumes=[v["Name"] for v in volumes if _is_stale(v["Labels"], other_hosts)],
        directories=stale_scratch(),
    )


def _is_stale(labels: Mapping[str, str], other_hosts: bool) -> bool:
    # What an earlier cab made says nothing of a host: it was this one.
    alive = is_alive(labels.get(HOST, host_id()), labels[RUNNER], labels.get(LEASE))
    return other_hosts if alive is None else not alive


def remove(found: Stale) -> list[str]:
    """Remove it; return a sentence for each thing that could not be removed.

    What somebody else removed first is no trouble.
    """
    told = [REAPER.remove(f"container {c[:12]}", partial(remove_container, c)) for c in found.containers]
    told += [REAPER.remove(f"volume {v}", partial(remove_volume, v)) for v in found.volumes]
    return [said for said in told if said is not None] + remove_scratch(found.directories)


def sweep_once(say: Say) -> None:
    """Remove what killed runners left, once in this process."""
    if _swept:
        return
    _swept.append(True)
    if found := find_stale():
        remove(found)
        say(f"removed {found} of runners that are gone")
