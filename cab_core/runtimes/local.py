"""Runtime `local`: this machine, this user.

A fresh HOME, a scrubbed environment, a wall limit, and nothing alive at the end. It is no seal: the
agent has this user's rights and the network of this machine. Its results are provisional. Inside a
cell image (see `cell_image`) agent and grader are users of their own.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from cab_core.plugins.protocols import Adapter, Output, Say, StopSignal
from cab_core.records import Execution, Installation, Process, Recipe, Sandbox
from cab_core.tasks import toolchains
from cab_core.tasks.programs import program_environment

from .cell_image import IMAGE_ROOT, give_to_role, in_image
from .install import install
from .scratch import plain_scratch
from .startable import check_startable
from .supervisor import supervise


class LocalRuntime:
    """Runs processes on this machine."""

    name = "local"
    citable = False
    networks = ("open",)
    sockets = False

    @property
    def facts(self) -> Mapping[str, Any]:
        """Return nothing: what a cell says of the host is all there is."""
        return {}

    def install(
        self,
        adapter: Adapter,
        version: str,
        requires: tuple[str, ...],
        extras: tuple[Recipe, ...],
        say: Say,
    ) -> Installation:
        """Install the CLI into the cache; see `install.install`. Toolchains are this machine's own."""
        found = in_image(adapter, version, requires, extras)
        return found if found is not None else install(adapter, version, requires, extras, say)

    def lacking(self, requires: tuple[str, ...], say: Say) -> str | None:
        """Return why toolchains cannot be had on this machine, or None."""
        return toolchains.lacking(requires)

    def versions(self, requires: tuple[str, ...]) -> dict[str, str | None]:
        """Return the versions of toolchains on this machine."""
        return toolchains.versions(requires)

    def scratch(self) -> AbstractContextManager[Path]:
        """Return a directory below the system's place for temporary files."""
        return plain_scratch()

    def inside(self, scratch: Path, name: str) -> str:
        """Return the path itself: nothing is mapped."""
        return str(scratch / name)

    def endpoint(self, gateway_url: str) -> str:
        """Return the gateway's own address."""
        return gateway_url

    def run(self, sandbox: Sandbox, process: Process, output: Output, stop: StopSignal) -> Execution:
        """Run one process; see `supervisor.supervise`."""
        check_startable(sandbox, process)
        uid = give_to_role(sandbox) if IMAGE_ROOT in os.environ else None
        return supervise(process, _environment(sandbox), output, stop, uid)


def _environment(sandbox: Sandbox) -> dict[str, str]:
    """Return all that a process inherits: nothing of the runner's environment but where programs are."""
    scratch = Path(sandbox.scratch)
    installed = sandbox.installation
    env = program_environment()
    path = [*(installed.path if installed else ()), env["PATH"]]
    return {
        **env,
        "PATH": os.pathsep.join(path),
        "HOME": str(scratch / "home"),
        "TMPDIR": str(scratch / "tmp"),
        "TERM": "xterm-256color",
        **(installed.env if installed else {}),
    }
