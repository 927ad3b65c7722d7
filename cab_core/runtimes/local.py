"""Runtime `local`: this machine, this user.

A fresh HOME, a scrubbed environment, a wall limit, and nothing alive at the end. It is no seal: the
agent has this user's rights and the network of this machine. Its results are provisional. Inside a
cell image (see `cell_image`) agent and grader are users of their own.
"""

from __future__ import annotations

import os
import sys
from contextlib import AbstractContextManager
from pathlib import Path

from cab_core.cache import user_home
from cab_core.plugins.protocols import Adapter, Output, Say, StopSignal
from cab_core.records import Execution, Installation, Process, Recipe, Sandbox
from cab_core.tasks import toolchains

from .cell_image import IMAGE_ROOT, give_to_role, in_image
from .install import install
from .scratch import plain_scratch
from .startable import check_startable
from .supervisor import supervise

# Where version managers keep toolchains, seen from HOME. A fresh HOME would hide them.
_TOOLCHAIN_HOMES = {
    "RUSTUP_HOME": ".rustup",
    "PYENV_ROOT": ".pyenv",
    "ASDF_DATA_DIR": ".asdf",
    "NVM_DIR": ".nvm",
}


class LocalRuntime:
    """Runs processes on this machine."""

    name = "local"
    citable = False
    networks = ("open",)
    sockets = False
    facts: dict[str, object] = {}  # noqa: RUF012

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
    own_bin = str(Path(sys.prefix) / "bin")
    system = [p for p in os.environ.get("PATH", os.defpath).split(os.pathsep) if p and p != own_bin]
    path = [*(installed.path if installed else ()), base_python_bin(), *system]
    return {
        "PATH": os.pathsep.join(dict.fromkeys(path)),
        "HOME": str(scratch / "home"),
        "TMPDIR": str(scratch / "tmp"),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        **toolchain_homes(),
        **(installed.env if installed else {}),
    }


def base_python_bin() -> str:
    """Return the directory of the interpreter below this virtual environment."""
    return str(Path(getattr(sys, "_base_executable", sys.executable)).parent)


def toolchain_homes() -> dict[str, str]:
    """Return the variables that tell version managers where their toolchains are."""
    home = user_home()
    places = {n: os.environ.get(n) or (home and str(home / d)) for n, d in _TOOLCHAIN_HOMES.items()}
    return {n: p for n, p in places.items() if p and Path(p).is_dir()}
