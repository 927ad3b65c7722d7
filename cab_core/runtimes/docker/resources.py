"""What is ours on an engine for a while, and removed again whatever happens in between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from ..reaper import REAPER
from .engine import client, engine_errors

_REMOVAL_S = 60  # within which an engine must have removed what somebody told it to


@contextmanager
def created(what: str, create: dict[str, Any]) -> Iterator[str]:
    """Create a container, yield its id, remove it with its nameless volumes.

    What hinders the removal is the reaper's to tell: it takes nothing from what the container has shown.

    Raises:
        SandboxError: the engine refused, or is gone.
    """
    with engine_errors(f"create {what}"):
        container: str = client().create_container(**create)["Id"]
    try:
        yield container
    finally:
        REAPER.remove(f"container {container[:12]}", partial(remove_container, container))


@contextmanager
def volumes_removed(names: Iterable[str]) -> Iterator[None]:
    """Remove volumes by name at the end; see `created`."""
    try:
        yield
    finally:
        for name in names:
            REAPER.remove(f"volume {name}", partial(remove_volume, name))


def remove_container(container: str) -> None:
    """Remove a container with its nameless volumes; if somebody does it already, wait until it is done.

    Raises:
        SandboxError: the engine refused, or is gone.
    """
    from docker.errors import APIError, NotFound

    with engine_errors("remove a container"), suppress(NotFound):
        try:
            client().remove_container(container, force=True, v=True)
        except APIError as exc:
            if exc.status_code != 409:
                raise
            client().wait(container, timeout=_REMOVAL_S, condition="removed")


def remove_volume(name: str) -> None:
    """Remove a volume, which may be gone by now.

    Raises:
        SandboxError: a container has it; the engine refused, or is gone.
    """
    from docker.errors import NotFound

    with engine_errors("remove a volume"), suppress(NotFound):
        client().remove_volume(name)
