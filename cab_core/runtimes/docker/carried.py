"""A room as a container gets it; `near` and `far` are the two ways to bring it there."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import attrs

UID = 1000  # an ordinary user


@attrs.frozen
class Left:
    """How a room was left: whether it was full, and whether only a part of it was brought back."""

    full: bool
    cut: bool = False


@attrs.frozen
class Carried:
    """What the container mounts (as `binds` of the engine), and who runs in it.

    `too_much` is asked while it runs, `settle` once when it is gone: it brings back what was written
    and says how the room was left.
    """

    binds: dict[str, Mapping[str, str]]
    user: str
    too_much: Callable[[], bool] | None
    settle: Callable[[], Left]


def bind(inside: str, writable: bool) -> Mapping[str, str]:
    """Return one entry of `binds`."""
    return {"bind": inside, "mode": "rw" if writable else "ro"}
