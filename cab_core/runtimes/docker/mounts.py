"""How a container gets its sandbox's directories: mounted by `bind`, copied by `remote`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import attrs

UID = 1000  # an ordinary user


@attrs.frozen
class Collected:
    """What came back of a sandbox's directories: were they full, and was only a part brought back."""

    full: bool
    cut: bool = False


@attrs.frozen
class Mounts:
    """What the container mounts (`docker.types.Mount`), and who runs in it.

    `over_limit` is asked while it runs whether more was written than is allowed (None: a size limit holds);
    `collect` is called once when it is gone: it brings back what was written.
    """

    mounts: list[Any]
    user: str
    over_limit: Callable[[], bool] | None
    collect: Callable[[], Collected]


def mount(kind: Literal["bind", "volume"], source: str, inside: str, writable: bool) -> Any:
    """Return one mount: a directory of this machine by its path, or a volume by its name.

    Not as text (`HOST:INSIDE:MODE`): a path may hold a colon, and what is not there would be made.
    """
    from docker.types import Mount

    return Mount(inside, source, type=kind, read_only=not writable)
