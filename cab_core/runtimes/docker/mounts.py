"""How a container gets its sandbox's directories: mounted by `bind`, copied by `remote`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import attrs

UID = 1000  # an ordinary user


@attrs.frozen
class Collected:
    """What came back of a sandbox's directories: were they full, and was only a part brought back."""

    full: bool
    cut: bool = False


@attrs.frozen
class Mounts:
    """What the container mounts (as `binds` of the engine), and who runs in it.

    `over_limit` is asked while it runs whether more was written than is allowed (None: a size limit holds);
    `collect` is called once when it is gone: it brings back what was written.
    """

    binds: dict[str, Mapping[str, str]]
    user: str
    over_limit: Callable[[], bool] | None
    collect: Callable[[], Collected]


def bind(inside: str, writable: bool) -> Mapping[str, str]:
    """Return one entry of `binds`."""
    return {"bind": inside, "mode": "rw" if writable else "ro"}
