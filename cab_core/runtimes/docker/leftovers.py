"""Containers that a killed runner left, known by their label."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from cab_core.plugins.protocols import Say

from ..owner import host_id, is_alive
from ..scratch import dead_scratch, remove_scratch
from .engine import HOST, LABEL, RUNNER, client, engine_errors


def dead_containers(other_hosts: bool = False) -> list[str]:
    """Return the ids of our containers whose runner is gone.

    `other_hosts`: all containers of runners on other machines too; whether those live cannot be known.
    """
    with engine_errors("list containers"):
        found = client().containers(all=True, filters={"label": LABEL})
    return [c["Id"] for c in found if _is_dead(c["Labels"], other_hosts)]


def _is_dead(labels: Mapping[str, str], other_hosts: bool) -> bool:
    if labels.get(HOST, host_id()) != host_id():
        return other_hosts
    return not is_alive(labels.get(RUNNER, ""))


def remove_containers(ids: list[str]) -> int:
    """Remove containers; return how many there were."""
    from docker.errors import NotFound

    for container in ids:
        with engine_errors("remove a container"):
            try:
                client().remove_container(container, force=True, v=True)
            except NotFound:
                continue
    return len(ids)


@functools.cache
def _swept() -> tuple[int, int]:
    return remove_containers(dead_containers()), remove_scratch(dead_scratch())


def sweep_once(say: Say) -> None:
    """Remove what killed runners left, once in this process."""
    containers, directories = _swept()
    if containers or directories:
        say(f"removed {containers} containers and {directories} directories of runners that are gone")
