"""Rooms of an engine on this machine: directories and the gateway's socket are mounted as they are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cab_core.records import Room

from .. import sealed
from ..scratch import holds_more, is_full, own
from .carried import UID, Carried, Left, bind


@contextmanager
def mounted(room: Room) -> Iterator[Carried]:
    """Hand a room's directories over to the user inside."""
    scratch = Path(room.scratch)
    uid, gid = user()
    if os.geteuid() == 0:
        own([scratch / name for name, writable in room.mounts.items() if writable], uid, gid)
    yield Carried(
        binds={host: bind(inner, writable) for host, inner, writable in sealed.mounts(room)},
        user=f"{uid}:{gid}",
        # Where no mount of a fixed size could be made, what is written is watched.
        too_much=None if scratch.is_mount() else lambda: holds_more(scratch, sealed.DISK),
        settle=lambda: Left(full=is_full(scratch)),
    )


def user() -> tuple[int, int]:
    """Return the user inside: an ordinary one where we are root, else ourselves, since files must be ours."""
    return (UID, UID) if os.geteuid() == 0 else (os.geteuid(), os.getegid())
