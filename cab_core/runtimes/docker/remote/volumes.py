"""Sandboxes of an engine elsewhere: directories are copied, the gateway is reached by a tunnel.

A sandbox's directories are volumes of fixed size (tmpfs), which a container of ours, the sidecar, keeps
mounted before and after the container that runs in the sandbox. The sidecar has no network either: its
relay makes the gateway's socket, and its standard streams carry what is said there. When the runner
dies, they end, and the sidecar with them.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cab_core.records import Sandbox

from ... import sealed
from ..dockerfile import RELAY
from ..engine import client, engine_errors, labels
from ..images import relay_image
from ..mounts import UID, Collected, Mounts, mount
from ..resources import created, volumes_removed
from ..stream import attached
from .archive import pack
from .fetch import fetch
from .tunnel import Tunnel

_VOLUME = f"size={sealed.DISK},nr_inodes=400k,mode=755,uid={UID},gid={UID},nosuid,nodev"


@contextmanager
def copied(sandbox: Sandbox) -> Iterator[Mounts]:
    """Bring a sandbox's directories to the engine.

    Raises:
        SandboxError: the engine refused, or is gone.
    """
    mounts = sealed.mounts(sandbox)
    volumes = _new_names(mounts)
    with volumes_removed(volumes.values()), _sidecar(sandbox, volumes) as (sidecar, tunnel):
        _send(sidecar, _places(mounts))
        yield Mounts(
            mounts=[mount("volume", volumes[inner], inner, writable) for _, inner, writable in mounts],
            user=f"{UID}:{UID}",
            over_limit=None,
            collect=lambda: _collect(sidecar, tunnel, _places(m for m in mounts if m[2]), sandbox.first),
        )


def _places(mounts: Iterable[tuple[str, str, bool]]) -> dict[Path, str]:
    """Return where each directory is; one that is mounted twice is sent and brought back once."""
    return {Path(host): inner for host, inner, _ in mounts}


def _new_names(mounts: Iterable[tuple[str, str, bool]]) -> dict[str, str]:
    """Return names for a sandbox's volumes, by where they are mounted: we know them before the engine does.

    A directory that is mounted twice is one volume.

    Nameless volumes would go with their sidecar; but somebody who removes the sidecar before its time,
    or at the same moment as we do, leaves them, and nobody knows which they were.
    """
    key = uuid.uuid4().hex
    number: dict[str, int] = {}
    return {inner: f"cab-{key}-{number.setdefault(host, len(number))}" for host, inner, _ in mounts}


@contextmanager
def _sidecar(sandbox: Sandbox, volumes: dict[str, str]) -> Iterator[tuple[str, Tunnel]]:
    """Run the container that keeps the volumes; yield its id and the tunnel to it."""
    what, api = "the sidecar of a remote sandbox", client()
    with created(what, _creation(sandbox, volumes)) as sidecar:
        with engine_errors(f"run {what}"):
            stream = api.attach_socket(sidecar, {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1})
        with attached(stream) as sock:
            with engine_errors(f"start {what}"):
                api.start(sidecar)
            tunnel = Tunnel(sock, Path(sandbox.socket) if sandbox.socket else None)
            try:
                tunnel.start()
                yield sidecar, tunnel
            finally:
                tunnel.close()


def _creation(sandbox: Sandbox, volumes: dict[str, str]) -> dict[str, Any]:
    from docker.types import DriverConfig, HostConfig, LogConfig, Mount

    driver = DriverConfig("local", {"type": "tmpfs", "device": "tmpfs", "o": _VOLUME})
    mounts = [
        Mount(inner, name, type="volume", no_copy=True, driver_config=driver, labels=labels("sandbox"))
        for inner, name in volumes.items()
    ]
    host = HostConfig(
        version="1.41",
        network_mode="none",
        mounts=mounts,
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
        pids_limit=16,
        mem_limit=256 << 20,
        log_config=LogConfig(type="none"),
    )
    socket = "-" if sandbox.socket is None else f"{sealed.SOCKET_DIR}/{Path(sandbox.socket).name}"
    writable = [inner for _, inner, writable in sealed.mounts(sandbox) if writable]
    return {
        "image": relay_image(lambda _: None).id,
        "command": ["python3", "-I", RELAY, socket, *writable],
        "user": f"{UID}:{UID}",
        "stdin_open": True,
        "labels": labels("sidecar"),
        "host_config": host,
    }


def _send(sidecar: str, directories: dict[Path, str]) -> None:
    with pack(directories, UID, UID) as archive, engine_errors("copy a sandbox to the engine"):
        client().put_archive(sidecar, "/", archive)


def _collect(sidecar: str, tunnel: Tunnel, directories: dict[Path, str], first: Iterable[str]) -> Collected:
    tunnel.is_full()  # which makes the directories fit to be fetched, too: see `relay`
    whole = {
        host.name: fetch(sidecar, host, inner, first if host.name == "work" else ())
        for host, inner in directories.items()
    }
    # Asked last: as long as the sidecar lives, its volumes are what the agent left. What HOME holds is
    # never evidence of what was made.
    return Collected(full=tunnel.is_full(), cut=not all(ok for name, ok in whole.items() if name != "home"))
