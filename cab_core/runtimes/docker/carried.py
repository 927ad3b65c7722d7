"""A room as a container gets it; `near` and `far` are the two ways to bring it there."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import attrs

UID = 1000  # an ordinary user


@attrs.frozen
class Carried:
    """What the container mounts (as `binds` of the engine), and who runs in it.

    `too_much` is asked while it runs, `settle` once when it is gone: it brings back what was written
    and says whether the room was full.
    """

    binds: dict[str, Mapping[str, str]]
    user: str
    too_much: Callable[[], bool] | None
    settle: Callable[[], bool]


def bind(inside: str, writable: bool) -> Mapping[str, str]:
    """Return one entry of `binds`."""
    return {"bind": inside, "mode": "rw" if writable else "ro"}
