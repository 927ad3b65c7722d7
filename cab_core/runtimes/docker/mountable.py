"""Whether the engine can mount what is here: tried, not guessed.

An engine at a local socket may still see other files than we do (cab in a container that was given
the host's socket), or the files but not their sockets (an engine in a virtual machine).

A yes is kept for an hour, so that not each of several commands pays a container for it; a no is asked again.
"""

from __future__ import annotations

import hashlib
import socket
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from cab_core.cache import cache_root, keep_json
from cab_core.errors import SandboxError
from cab_core.gateway.sockets import short_path
from cab_core.plugins.protocols import Channel, StopSignal

from ..scratch import plain_scratch
from .address import address
from .container import run_container
from .engine import engine_info, labels

_INSIDE = "/probe"
_KEPT_S = 3600
_lock = threading.Lock()
_known: list[bool] = []  # the answer, once there is one


def can_mount(image: str) -> bool:
    """Return whether directories and sockets of this machine can be mounted; `image` is one with socat.

    Asked once in a process; it costs a container, where that was not found out a short while ago.
    """
    with _lock:
        if not _known:
            _known.append(not address().elsewhere and (_was_found() or tried(image)))
        return _known[0]


def tried(image: str) -> bool:
    """Return whether it is so at this moment, and keep a yes."""
    found, file = _calls_back(image), _kept()
    if found and file is not None:
        keep_json(file, {})
    return found


def _was_found() -> bool:
    file = _kept()
    try:
        return file is not None and 0 <= time.time() - file.stat().st_mtime < _KEPT_S
    except OSError:
        return False


def _kept() -> Path | None:
    """Return the file that says yes for this engine and the files seen here; None where they have no name."""
    temporary = Path(tempfile.gettempdir())
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
        seen, place = Path("/proc/self/ns/mnt").stat(), temporary.stat()
        engine = engine_info()["ID"]
    except (OSError, KeyError, SandboxError):
        return None
    told = (engine, address().client, boot, seen.st_ino, str(temporary), place.st_dev, place.st_ino)
    name = hashlib.sha256(repr(told).encode()).hexdigest()
    return cache_root() / "engines" / f"{name[:24]}.mounts.json"


def known() -> bool | None:
    """Return the answer, or None where nobody asked yet."""
    return _known[0] if _known else None


def _calls_back(image: str) -> bool:
    """Return whether a container can connect to a socket of ours."""
    with plain_scratch() as sandbox, socket.socket(socket.AF_UNIX) as server:
        with short_path(sandbox / "probe.sock") as path:
            server.bind(path)
        (sandbox / "probe.sock").chmod(0o666)
        server.listen(1)
        server.setblocking(False)
        try:
            run_container(_creation(image, sandbox), False, 30, 1, _Ignored(), StopSignal())
            server.accept()[0].close()
        except (SandboxError, BlockingIOError):
            return False
    return True


def _creation(image: str, sandbox: Path) -> dict[str, Any]:
    from docker.types import HostConfig, LogConfig, Mount

    return {
        "image": image,
        "command": ["socat", "-u", "/dev/null", f"UNIX-CONNECT:{_INSIDE}/probe.sock"],
        "labels": labels("probe"),
        "host_config": HostConfig(
            version="1.41",
            network_mode="none",
            # A mount, for a bind would make what is not there.
            mounts=[Mount(_INSIDE, str(sandbox), type="bind", read_only=True)],
            log_config=LogConfig(type="none"),
        ),
    }


class _Ignored:
    def feed(self, channel: Channel, data: bytes) -> None:
        """What it prints says nothing that its connection does not."""
