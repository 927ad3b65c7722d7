"""Containers that are removed again, whatever happens in between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from cab_core.errors import SandboxError

from .engine import client, engine_errors

_left: set[str] = set()  # could not be removed when it was their time


@contextmanager
def created(what: str, create: dict[str, Any]) -> Iterator[str]:
    """Create a container, yield its id, remove it with its volumes.

    Where the removal fails after another error, that error is the one that is told; the next
    container's time is the next try.

    Raises:
        SandboxError: the engine refused, or is gone.
    """
    _try_again()
    with engine_errors(f"create {what}"):
        container: str = client().create_container(**create)["Id"]
    try:
        yield container
    except BaseException:
        with suppress(SandboxError):
            _remove(what, container)
        raise
    _remove(what, container)


def _remove(what: str, container: str) -> None:
    _left.add(container)
    with engine_errors(f"remove {what}"):
        client().remove_container(container, force=True, v=True)
    _left.discard(container)


def _try_again() -> None:
    """Remove what was left; what is gone by now, or still cannot be removed, is no trouble here."""
    from docker.errors import NotFound

    for container in list(_left):
        with suppress(SandboxError, NotFound):
            _remove("a container", container)
        _left.discard(container)
