"""How a process in a sandbox ended, and what it said."""

from __future__ import annotations

from typing import Literal

import attrs

from .base import doc
from .environment import Environment
from .launch import Installation

StopReason = Literal[
    "limit_wall", "limit_calls", "limit_tokens", "limit_cost", "limit_memory", "limit_disk", "cancelled"
]


@attrs.frozen(kw_only=True)
class Process:
    """One program to run in a sandbox. `cwd` is as seen inside, `stdin` a file of the host or None.

    `tty`: give it a pseudo-terminal, so that it behaves as it does for a person.
    """

    argv: tuple[str, ...] = attrs.field(metadata=doc("program and arguments"))
    cwd: str = attrs.field(metadata=doc("directory to start in, as seen inside"))
    timeout_s: float = attrs.field(metadata=doc("seconds that it may run; then it is ended"))
    env: dict[str, str] = attrs.field(factory=dict, metadata=doc("environment variables"))
    stdin: str | None = attrs.field(
        default=None, metadata=doc("file of the host to read from; None: there is nothing to read")
    )
    tty: bool = False
    grace_s: float = attrs.field(
        default=5.0, metadata=doc("seconds between SIGTERM and SIGKILL where it is ended")
    )


@attrs.frozen(kw_only=True)
class Sandbox:
    """One sandbox: directories of the host under `scratch`, and what may be reached from inside.

    `mounts` names subdirectories of `scratch`, each with whether it may be written to. `requires` are the
    toolchains that must be there, `environment` the image in which they are; `socket` is the gateway's, where
    the runtime wants one. `first` are files of `work` that decide: they are brought back even where not all
    can be. `work_at` is a second place, absolute, where the work dir or tree is seen; a runtime that maps
    nothing has none.
    """

    scratch: str = attrs.field(
        metadata=doc("directory of the host below which the sandbox's directories are")
    )
    mounts: dict[str, bool] = attrs.field(
        metadata=doc("subdirectories of `scratch`, each with whether it may be written to")
    )
    role: Literal["agent", "grader"] = attrs.field(metadata=doc("who runs in it: the agent, or the grader"))
    installation: Installation | None = attrs.field(
        default=None, metadata=doc("the CLI that is there; None: none, as for a grader")
    )
    requires: tuple[str, ...] = attrs.field(default=(), metadata=doc("toolchains that must be there"))
    environment: Environment | None = attrs.field(
        default=None, metadata=doc("image in which the toolchains are; None: cab's own")
    )
    socket: str | None = attrs.field(
        default=None, metadata=doc("the gateway's socket, a path of the host; None: the runtime wants none")
    )
    network: str = attrs.field(
        default="gateway",
        metadata=doc("what an agent can reach from inside: gateway or open; a grader reaches nothing"),
    )
    first: tuple[str, ...] = ()
    work_at: str | None = None


@attrs.frozen(kw_only=True)
class Execution:
    """The end of one process. Times are UTC (ISO 8601); durations in seconds, from a monotonic clock.

    `stopped` is why we ended it, None where it ended by itself. `exit_code` is None and `signal`
    set where a signal ended it. `survivors` had outlived it and were killed; `unkillable` are processes
    of other users that could not be. `memory_kills`: something in the sandbox was killed for want of
    memory, perhaps a child that the program went on without; None where the runtime cannot tell.
    `cut`: only a part of what it left was brought back.
    """

    started_at: str = attrs.field(metadata=doc("when it was started, UTC, ISO 8601"))
    ended_at: str = attrs.field(metadata=doc("when it had ended, UTC, ISO 8601"))
    duration_s: float = attrs.field(metadata=doc("seconds that it ran, by a monotonic clock"))
    exit_code: int | None = attrs.field(metadata=doc("exit code; null: a signal ended it"))
    signal: int | None = attrs.field(
        default=None, metadata=doc("number of the signal that ended it; null: it ended by itself")
    )
    stopped: StopReason | None = attrs.field(
        default=None, metadata=doc("why it was ended; null: it ended by itself")
    )
    survivors: int = attrs.field(default=0, metadata=doc("processes that had outlived it and were killed"))
    unkillable: int = attrs.field(
        default=0, metadata=doc("processes of other users that outlived it and could not be killed")
    )
    memory_kills: bool | None = None
    stdout_bytes: int = attrs.field(default=0, metadata=doc("bytes that it printed on standard output"))
    stderr_bytes: int = attrs.field(default=0, metadata=doc("bytes that it printed on standard error"))
    cut: bool = False

    @property
    def timed_out(self) -> bool:
        """True where the wall limit ended it."""
        return self.stopped == "limit_wall"
