"""The runtime itself: how a sandbox becomes a container.

The agent's container reaches the gateway alone (see `sealed`), the grader's nothing.
"""

from __future__ import annotations

import functools
import signal
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from cab_core.errors import SandboxError
from cab_core.plugins.protocols import Adapter, Check, Output, Say, StopSignal
from cab_core.records import Environment, Execution, Installation, Process, Recipe, Sandbox
from cab_core.trace.clock import utc_now

from .. import sealed
from ..exit_codes import end_of, take_note
from ..install import with_extras
from ..startable import check_startable
from .bind import bind_mounted
from .build import base_image
from .container import Ended, run_container
from .dockerfile import ROOT, extra_prefix
from .doctor import look
from .engine import cpus, labels
from .images import agent_image, base_of, cli_image, tools_image
from .inventory import pushed_cell_image, read_version
from .mountable import can_mount, known
from .mounts import Collected, Mounts
from .remote.volumes import copied
from .stale import sweep_once
from .toolchains import PATH, image_lacks, image_versions

MEMORY = 4 << 30
PIDS = 512
CPUS = 4


class DockerRuntime(sealed.SealedRuntime):
    """Runs processes in containers of an engine, on this machine or elsewhere."""

    name = "docker"
    citable = True
    networks = ("gateway", "open")
    environments = True

    @property
    def facts(self) -> dict[str, Any]:
        """Return a container's limits, and how a sandbox gets there: `mounted`, or `copied` with a tunnel."""
        found = {"memory_bytes": MEMORY, "disk_bytes": sealed.DISK, "pids": PIDS}
        with suppress(SandboxError):  # the engine is gone: then it was never asked, and nothing ran
            found["cpus"] = cpus(CPUS)
        way = {True: "mounted", False: "copied", None: None}[known()]
        return {**found, **({"directories": way} if way else {})}

    def install(
        self,
        adapter: Adapter,
        version: str,
        requires: tuple[str, ...],
        extras: tuple[Recipe, ...],
        say: Say,
        environment: Environment | None = None,
    ) -> Installation:
        """Build the images of a CLI and of what its tasks need, once; see `images`.

        What a first cell would have to find out is found out here, before a clock runs.
        """
        sweep_once(say)
        image = agent_image(adapter, version, requires, extras, say, environment)
        can_mount(image.id)
        recipe, prefix = adapter.recipe(version), f"{ROOT}/{adapter.name}"
        found = Installation(
            name=adapter.name,
            version=version,
            reported=read_version(image, adapter.name),
            path=recipe.path_at(prefix),
            env=recipe.env_at(prefix),
            image=image.name,
            image_id=image.id,
            image_digest=image.digest,
            cell_image=None
            if extras or environment
            else pushed_cell_image(cli_image(adapter, version, say).id, requires),
            base_image=base_of(environment, say),
            toolchains={n: v for n, v in self.versions(requires, environment).items() if v is not None},
        )
        return with_extras(found, [(recipe, extra_prefix(recipe)) for recipe in extras])

    def lacking(
        self, requires: tuple[str, ...], say: Say, environment: Environment | None = None
    ) -> str | None:
        """Build the image of a grader, and return why toolchains are not in it, or None.

        Raises:
            ImageError: it cannot be built.
        """
        return image_lacks(tools_image(requires, say, environment).id, requires, say, environment)

    def versions(
        self, requires: tuple[str, ...], environment: Environment | None = None
    ) -> dict[str, str | None]:
        """Return the versions of toolchains in the image in which a grader with them runs.

        Of an environment the image is one: made anew it may hold other versions of what nobody names.
        """
        image = _grader_image(base_image(), requires, environment)
        own = {"environment": image} if environment else {}
        return {**image_versions(image, requires, _unheard), **own}

    def doctor(self) -> Iterator[Check]:
        """Say whether an engine answers and what is missing; see `doctor`."""
        return look()

    def run(self, sandbox: Sandbox, process: Process, output: Output, stop: StopSignal) -> Execution:
        """Run one process in a container of its own."""
        check_startable(sandbox, process)
        started = utc_now()
        image = image_of(sandbox)
        with (bind_mounted if can_mount(image) else copied)(sandbox) as mounts:
            create = creation(image, sandbox, process, mounts)
            ended = run_container(
                create, process.tty, process.timeout_s, process.grace_s, output, stop, mounts.over_limit
            )
            collected = mounts.collect()
        home = sealed.noted(sandbox)
        return _execution(ended, collected, started, take_note(home) if home else None)


def _execution(ended: Ended, collected: Collected, started: str, noted: int | None) -> Execution:
    exit_code, number = end_of(ended.exit_code, noted, killed=ended.stopped is not None)
    stopped = ended.stopped
    # The engine's flag says that anything in the container was killed for memory, perhaps a child that
    # the program went on without: the limit is the end of the program alone that was killed itself, or
    # says by the shell's convention that what it ran was.
    if stopped is None and ended.out_of_memory and ended.exit_code == 128 + signal.SIGKILL:
        stopped = "limit_memory"
    if stopped is None and collected.full:
        stopped = "limit_disk"
    return Execution(
        started_at=started,
        ended_at=utc_now(),
        duration_s=ended.duration_s,
        exit_code=exit_code,
        signal=number,
        stopped=stopped,
        memory_kills=ended.out_of_memory,
        stdout_bytes=ended.counts["stdout"],
        stderr_bytes=ended.counts["stderr"],
        cut=collected.cut,
    )


def creation(image: str, sandbox: Sandbox, process: Process, mounts: Mounts) -> dict[str, Any]:
    """Return the arguments of `create_container`: the seal is here."""
    from docker.types import HostConfig, LogConfig, Ulimit

    host = HostConfig(
        version="1.41",  # the oldest that has all of this; docker-py's own default follows its release
        network_mode=_network(sandbox),
        mounts=mounts.mounts,
        # A tmpfs of its own: the container's writable layer would have no limit. CLIs unpack and run there.
        tmpfs={"/tmp": "rw,nosuid,nodev,exec,size=512m,mode=1777"},
        read_only=True,  # what is written is in a mount of limited size, or it is not written
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],  # a setuid program of the image gives nothing
        pids_limit=PIDS,  # a fork bomb ends at its own limit, not at the machine's
        mem_limit=MEMORY,
        memswap_limit=MEMORY,  # together with swap: else an agent has as much again, slowly
        nano_cpus=cpus(CPUS) * 10**9,
        init=True,  # reaps what a CLI leaves, and hands signals on: a CLI is not made to be process 1
        log_config=LogConfig(type="none"),  # a flood of output would fill the engine's disk
        ipc_mode="private",  # shared memory of one cell is not the next one's
        ulimits=[Ulimit(name="core", soft=0, hard=0)],  # a core holds what the CLI had in memory: the token
    )
    return {
        "image": image,
        "command": sealed.command(sandbox, process),
        "user": mounts.user,
        "working_dir": process.cwd,
        "environment": sealed.environment(sandbox, process, PATH),
        "tty": process.tty,
        "labels": labels(sandbox.role),
        "host_config": host,
    }


def _network(sandbox: Sandbox) -> str:
    """The grader never has a network; the agent only where that was chosen."""
    return "bridge" if sandbox.role == "agent" and sandbox.network == "open" else "none"


def image_of(sandbox: Sandbox) -> str:
    """Return the id of the image in which a sandbox runs."""
    if sandbox.installation is not None and sandbox.installation.image_id is not None:
        return sandbox.installation.image_id
    return _grader_image(base_image(), sandbox.requires, sandbox.environment)


@functools.cache
def _grader_image(_: str, requires: tuple[str, ...], environment: Environment | None) -> str:
    """Asked once: another base from one cell to the next would be another grader within one sweep."""
    return tools_image(requires, _unheard, environment).id


def _unheard(said: str) -> None:
    """Take what is said where nobody listens."""
