"""How a process in a sandbox ended, and what it said."""

from __future__ import annotations

from typing import Literal

import attrs

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

    argv: tuple[str, ...]
    cwd: str
    timeout_s: float
    env: dict[str, str] = attrs.field(factory=dict)
    stdin: str | None = None
    tty: bool = False
    grace_s: float = 5.0


@attrs.frozen(kw_only=True)
class Sandbox:
    """One sandbox: directories of the host under `scratch`, and what may be reached from inside.

    `mounts` names subdirectories of `scratch`, each with whether it may be written to. `requires` are the
    toolchains that must be there, `environment` the image in which they are; `socket` is the gateway's, where
    the runtime wants one. `first` are files of `work` that decide: they are brought back even where not all
    can be. `work_at` is a second place, absolute, where the work dir or tree is seen; a runtime that maps
    nothing has none.
    """

    scratch: str
    mounts: dict[str, bool]
    role: Literal["agent", "grader"]
    installation: Installation | None = None
    requires: tuple[str, ...] = ()
    environment: Environment | None = None
    socket: str | None = None
    network: str = "gateway"
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

    started_at: str
    ended_at: str
    duration_s: float
    exit_code: int | None
    signal: int | None = None
    stopped: StopReason | None = None
    survivors: int = 0
    unkillable: int = 0
    memory_kills: bool | None = None
    stdout_bytes: int = 0
    stderr_bytes: int = 0
    cut: bool = False

    @property
    def timed_out(self) -> bool:
        """True where the wall limit ended it."""
        return self.stopped == "limit_wall"
