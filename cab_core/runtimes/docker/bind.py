"""An engine on this machine: directories and the gateway's socket are bind-mounted as they are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cab_core.records import Sandbox

from .. import sealed
from ..scratch import chown_tree, holds_more, is_full
from .mounts import UID, Collected, Mounts, mount


@contextmanager
def bind_mounted(sandbox: Sandbox) -> Iterator[Mounts]:
    """Give a sandbox's directories to the user inside."""
    scratch = Path(sandbox.scratch)
    uid, gid = user()
    if os.geteuid() == 0:
        chown_tree([scratch / name for name, writable in sandbox.mounts.items() if writable], uid, gid)
    yield Mounts(
        mounts=[mount("bind", *each) for each in sealed.mounts(sandbox)],
        user=f"{uid}:{gid}",
        # Where no mount of a fixed size could be made, what is written is watched.
        over_limit=None if scratch.is_mount() else lambda: holds_more(scratch, sealed.DISK),
        collect=lambda: Collected(full=is_full(scratch)),
    )


def user() -> tuple[int, int]:
    """Return the user inside: an ordinary one where we are root, else ourselves, since files must be ours."""
    return (UID, UID) if os.geteuid() == 0 else (os.geteuid(), os.getegid())
