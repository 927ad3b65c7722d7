"""The runtime itself: how a room becomes a container.

The agent's container reaches the gateway alone (see `sealed`), the grader's nothing.
"""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from cab_core.plugins.protocols import Adapter, Output, Say, StopSignal
from cab_core.records import Execution, Installation, Process, Recipe, Room
from cab_core.trace.clock import utc_now

from .. import sealed
from ..scratch import holds_more, is_full, own, sized_scratch
from .container import Ended, run_container
from .dockerfile import ROOT, extra_path
from .engine import labels
from .images import agent_image, pushed_cell_image, read_version, tools_image
from .leftovers import sweep_once

_PATH = ["/usr/local/bin", "/usr/bin", "/bin"]
MEMORY = 4 << 30
DISK = 1 << 30
PIDS = 512
UID = 1000


class DockerRuntime:
    """Runs processes in containers of the local engine."""

    name = "docker"
    citable = True
    networks = ("gateway", "open")
    sockets = True
    facts = {  # noqa: RUF012  recorded in the cell
        "memory_bytes": MEMORY,
        "disk_bytes": DISK,
        "pids": PIDS,
    }

    def install(
        self,
        adapter: Adapter,
        version: str,
        requires: tuple[str, ...],
        extras: tuple[Recipe, ...],
        say: Say,
    ) -> Installation:
        """Build the images of a CLI and its tasks' toolchains, once; see `images`."""
        sweep_once(say)
        image = agent_image(adapter, version, requires, extras, say)
        recipe, prefix = adapter.recipe(version), f"{ROOT}/{adapter.name}"
        return Installation(
            name=adapter.name,
            version=version,
            reported=read_version(image, adapter.name),
            path=(*recipe.path_at(prefix), *extra_path(extras)),
            env=recipe.env_at(prefix),
            image=image.name,
            image_id=image.id,
            image_digest=image.digest,
            cell_image=pushed_cell_image(adapter, version),
        )

    def scratch(self) -> AbstractContextManager[Path]:
        """Return a directory of a fixed size."""
        return sized_scratch(DISK)

    def inside(self, scratch: Path, name: str) -> str:
        """Return where a room's directory is mounted."""
        return sealed.inside(name)

    def endpoint(self, gateway_url: str) -> str:
        """Return the forwarder's address; the gateway's own cannot be reached."""
        return sealed.ENDPOINT

    def run(self, room: Room, process: Process, output: Output, stop: StopSignal) -> Execution:
        """Run one process in a container of its own."""
        started = utc_now()
        scratch = Path(room.scratch)
        _hand_over(room)
        create = _creation(room, process)
        # Where no mount of a fixed size could be made, what is written is watched.
        watch = None if scratch.is_mount() else lambda: holds_more(scratch, DISK)
        ended = run_container(create, process.tty, process.timeout_s, process.grace_s, output, stop, watch)
        return _execution(ended, scratch, started)


def _execution(ended: Ended, scratch: Path, started: str) -> Execution:
    stopped = ended.stopped
    if stopped is None and ended.out_of_memory:
        stopped = "limit_memory"
    if stopped is None and is_full(scratch):
        stopped = "limit_disk"
    killed = ended.exit_code > 128
    return Execution(
        started_at=started,
        ended_at=utc_now(),
        duration_s=ended.duration_s,
        exit_code=None if killed else ended.exit_code,
        signal=ended.exit_code - 128 if killed else None,
        stopped=stopped,
        stdout_bytes=ended.counts["stdout"],
        stderr_bytes=ended.counts["stderr"],
    )


def _user() -> tuple[int, int]:
    """The user inside: an ordinary one where we are root, else ourselves, since files must be ours."""
    return (UID, UID) if os.geteuid() == 0 else (os.geteuid(), os.getegid())


def _hand_over(room: Room) -> None:
    """Give the writable directories to the user inside."""
    uid, gid = _user()
    if os.geteuid() != 0:
        return
    own([Path(room.scratch, n) for n, writable in room.mounts.items() if writable], uid, gid)


def _creation(room: Room, process: Process) -> dict[str, Any]:
    """Return the arguments of `create_container`: the seal is here."""
    from docker.types import HostConfig, LogConfig, Ulimit

    uid, gid = _user()
    host = HostConfig(
        version="1.41",
        network_mode=_network(room),
        binds=_binds(room),
        tmpfs={"/tmp": "rw,nosuid,nodev,exec,size=512m,mode=1777"},
        read_only=True,
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
        pids_limit=PIDS,
        mem_limit=MEMORY,
        memswap_limit=MEMORY,
        init=True,
        log_config=LogConfig(type="none"),
        ipc_mode="private",
        ulimits=[Ulimit(name="core", soft=0, hard=0)],
    )
    return {
        "image": image_of(room),
        "command": sealed.command(room, process),
        "user": f"{uid}:{gid}",
        "working_dir": process.cwd,
        "environment": sealed.environment(room, process, _PATH),
        "tty": process.tty,
        "labels": labels(**{"cab.role": room.role}),
        "host_config": host,
    }


def _network(room: Room) -> str:
    """The grader never has a network; the agent only where that was chosen."""
    return "bridge" if room.role == "agent" and room.network == "open" else "none"


def image_of(room: Room) -> str:
    """Return the id of the image in which a room runs."""
    if room.installation is not None and room.installation.image_id is not None:
        return room.installation.image_id
    return tools_image(room.requires, lambda _: None).id


def _binds(room: Room) -> dict[str, Any]:
    return {
        host: {"bind": inner, "mode": "rw" if writable else "ro"}
        for host, inner, writable in sealed.mounts(room)
    }
