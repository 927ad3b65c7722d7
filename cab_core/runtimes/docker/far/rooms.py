"""Rooms of an engine elsewhere: directories are copied there and back, the gateway is reached by a tunnel.

A room's directories are volumes of fixed size (tmpfs), which a container of ours, the holder, keeps
mounted before and after the container that runs in the room. The holder has no network either: its
relay makes the gateway's socket, and its standard streams carry what is said there. When the runner
dies, they end, and the holder with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from cab_core.errors import SandboxError
from cab_core.records import Room
from cab_core.workdir.remove import remove_tree

from ... import sealed
from ..carried import UID, Carried, bind
from ..dockerfile import RELAY
from ..engine import client, engine_errors, labels, unless_gone
from ..images import relay_image
from ..lifetime import created
from ..stream import attached
from .archive import TooMuch, pack, unpack
from .tunnel import Tunnel

_VOLUME = f"size={sealed.DISK},nr_inodes=400k,mode=755,uid={UID},gid={UID},nosuid,nodev"


@contextmanager
def copied(room: Room) -> Iterator[Carried]:
    """Bring a room's directories to the engine.

    Raises:
        SandboxError: the engine refused, or is gone.
    """
    with _removing_volumes() as volumes, _holder(room) as (holder, tunnel):
        mounts = sealed.mounts(room)
        volumes |= _volumes(holder)
        _send(holder, {Path(host): inner for host, inner, _ in mounts})
        yield Carried(
            binds={volumes[inner]: bind(inner, writable) for _, inner, writable in mounts},
            user=f"{UID}:{UID}",
            too_much=None,
            settle=lambda: _settle(holder, tunnel, {Path(h): i for h, i, writable in mounts if writable}),
        )


@contextmanager
def _removing_volumes() -> Iterator[dict[str, str]]:
    """Yield a table for a holder's volumes, by where they are mounted; after trouble, remove those.

    The engine removes them with the holder, but not while another container has them: somebody who
    removed the holder before its time leaves them.
    """
    volumes: dict[str, str] = {}
    try:
        yield volumes
    except BaseException:
        for volume in volumes.values():
            with suppress(SandboxError), unless_gone("remove a far room"):
                client().remove_volume(volume)
        raise


@contextmanager
def _holder(room: Room) -> Iterator[tuple[str, Tunnel]]:
    """Run the container that keeps the volumes; yield its id and the way to it."""
    what, api = "the holder of a far room", client()
    with created(what, _creation(room)) as holder:
        with engine_errors(f"run {what}"):
            stream = api.attach_socket(holder, {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1})
        with attached(stream) as sock:
            with engine_errors(f"start {what}"):
                api.start(holder)
            tunnel = Tunnel(sock, Path(room.socket) if room.socket else None)
            try:
                tunnel.start()
                yield holder, tunnel
            finally:
                tunnel.close()


def _creation(room: Room) -> dict[str, Any]:
    from docker.types import DriverConfig, HostConfig, LogConfig, Mount

    driver = DriverConfig("local", {"type": "tmpfs", "device": "tmpfs", "o": _VOLUME})
    volumes = [
        Mount(inner, None, type="volume", no_copy=True, driver_config=driver, labels=labels("room"))
        for _, inner, _ in sealed.mounts(room)
    ]
    host = HostConfig(
        version="1.41",
        network_mode="none",
        mounts=volumes,
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
        pids_limit=16,
        mem_limit=256 << 20,
        log_config=LogConfig(type="none"),
    )
    socket = "-" if room.socket is None else f"{sealed.SOCKET_DIR}/{Path(room.socket).name}"
    writable = [inner for _, inner, writable in sealed.mounts(room) if writable]
    return {
        "image": relay_image(lambda _: None).id,
        "command": ["python3", "-I", RELAY, socket, *writable],
        "user": f"{UID}:{UID}",
        "stdin_open": True,
        "labels": labels("holder"),
        "host_config": host,
    }


def _volumes(holder: str) -> dict[str, str]:
    """Return the names of the holder's volumes by where they are mounted."""
    with engine_errors("look at the holder of a far room"):
        found = client().inspect_container(holder)["Mounts"]
    return {m["Destination"]: m["Name"] for m in found}


def _send(holder: str, directories: dict[Path, str]) -> None:
    with pack(directories, UID, UID) as archive, engine_errors("copy a room to the engine"):
        client().put_archive(holder, "/", archive)


def _settle(holder: str, tunnel: Tunnel, directories: dict[Path, str]) -> bool:
    fitted = [_fetch(holder, host, inner) for host, inner in directories.items()]
    # Asked last: as long as the holder lives, its volumes are what the agent left.
    return tunnel.is_full() or not all(fitted)


def _fetch(holder: str, host: Path, inner: str) -> bool:
    """Replace a directory by what came back; return whether it fitted."""
    remove_tree(host)
    host.mkdir()
    with engine_errors("copy a room back"):
        chunks, _ = client().get_archive(holder, inner)
        try:
            unpack(chunks, host, sealed.DISK)
        except TooMuch:
            return False
        finally:
            chunks.close()
    return True
