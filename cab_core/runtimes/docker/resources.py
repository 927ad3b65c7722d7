"""What is ours on an engine for a while, and removed again whatever happens in between."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from cab_core.errors import SandboxError

from .engine import client, engine_errors

_REMOVAL_S = 60  # within which an engine must have removed what somebody told it to
_left: dict[str, Callable[[str], None]] = {}  # what could not be removed when it was its time, and how it is


@contextmanager
def created(what: str, create: dict[str, Any]) -> Iterator[str]:
    """Create a container, yield its id, remove it with its nameless volumes.

    Where the removal fails after another error, that error is the one that is told; the next
    container's time is the next try.

    Raises:
        SandboxError: the engine refused, or is gone.
    """
    _try_again()
    with engine_errors(f"create {what}"):
        container: str = client().create_container(**create)["Id"]
    with _removed(container, remove_container):
        yield container


@contextmanager
def volumes_removed(names: Iterable[str]) -> Iterator[None]:
    """Remove volumes by name at the end; errors are told as those of `created`.

    Raises:
        SandboxError: the engine refused, or is gone.
    """
    with ExitStack() as stack:
        for name in names:
            stack.enter_context(_removed(name, remove_volume))
        yield


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


@contextmanager
def _removed(name: str, remove: Callable[[str], None]) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with suppress(SandboxError):
            _remove(name, remove)
        raise
    _remove(name, remove)


def _remove(name: str, remove: Callable[[str], None]) -> None:
    try:
        remove(name)
    except SandboxError:
        _left[name] = remove
        raise


def _try_again() -> None:
    """Remove what was left; what still cannot be removed is no trouble here, and stays for the next time."""
    for name in list(_left):
        with suppress(SandboxError):
            if remove := _left.pop(name, None):
                _remove(name, remove)
