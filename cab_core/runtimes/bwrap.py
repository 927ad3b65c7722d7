"""Runtime `bwrap`: the seal of `docker` without a daemon (https://github.com/containers/bubblewrap).

The room sees the system's programs, the CLI's installation and its own directories, and nothing else
of this machine: no home, no pack, no store. It has no network but the gateway's socket. bubblewrap
sets no limit on memory or processes, so its results stay provisional.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from cab_core.errors import SandboxError
from cab_core.plugins.protocols import Adapter, Check, Output, Say, StopSignal
from cab_core.records import Execution, Installation, Process, Recipe, Room

from . import sealed
from .install import install
from .local import base_python_bin, toolchain_homes
from .supervise import supervise

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_ETC = (
    "alternatives",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "ssl/certs",
    "ssl/openssl.cnf",
    "ca-certificates",
    "localtime",
    "passwd",
)

# Where interpreters of version managers have their packages (pyenv, its environments, asdf).
_VERSIONS = ("versions/*", "versions/*/envs/*", "installs/python/*")
_SITES = tuple(f"{place}/lib/python3*/site-packages" for place in _VERSIONS)


class BwrapRuntime(sealed.SealedRuntime):
    """Runs processes below bubblewrap on this machine."""

    name = "bwrap"
    citable = False
    networks = ("gateway",)
    facts = {"disk_bytes": sealed.DISK}  # noqa: RUF012

    def install(
        self,
        adapter: Adapter,
        version: str,
        requires: tuple[str, ...],
        extras: tuple[Recipe, ...],
        say: Say,
    ) -> Installation:
        """Install the CLI into the cache, as `local` does.

        Raises:
            SandboxError: bubblewrap or socat is missing.
        """
        if (lacking := _lacking()) is not None:
            raise SandboxError(lacking)
        return install(adapter, version, extras, say)

    def doctor(self) -> Iterator[Check]:
        """Say whether bubblewrap is here and may make namespaces."""
        lacking = _lacking()
        yield Check(what="bubblewrap", ok=lacking is None, say=lacking or "sealed runs without a daemon")
        if lacking is None:
            argv = ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"]
            tried = subprocess.run(argv, capture_output=True, text=True, check=False)
            said = tried.stderr.strip()[:200] or "can be made"
            yield Check(what="bubblewrap namespaces", ok=tried.returncode == 0, say=said)

    def run(self, room: Room, process: Process, output: Output, stop: StopSignal) -> Execution:
        """Run one process in a room of its own."""
        env = sealed.environment(
            room, process, [base_python_bin(), *_cargo(), "/usr/local/bin", "/usr/bin", "/bin"]
        )
        argv = (*_bwrap(room, process, {**env, **toolchain_homes()}), *sealed.command(room, process))
        outer = Process(
            argv=argv, cwd="/", timeout_s=process.timeout_s, grace_s=process.grace_s, tty=process.tty
        )
        return supervise(outer, {"PATH": os.environ.get("PATH", os.defpath)}, output, stop)


def _lacking() -> str | None:
    lacking = [p for p in ("bwrap", "socat") if shutil.which(p) is None]
    return (
        f"{' and '.join(lacking)} missing; on Debian: apt-get install bubblewrap socat" if lacking else None
    )


def _cargo() -> list[str]:
    return [str(p) for p in [Path.home() / ".cargo" / "bin"] if p.is_dir()]


def _bwrap(room: Room, process: Process, env: dict[str, str]) -> list[str]:
    argv = ["bwrap", "--unshare-all", "--die-with-parent", "--cap-drop", "ALL", "--clearenv"]
    argv += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", "/run", "--dir", "/home"]
    for path in _SYSTEM:
        if Path(path).is_symlink():
            argv += ["--symlink", str(Path(path).readlink()), path]
        elif Path(path).exists():
            argv += ["--ro-bind", path, path]
    for name in _ETC:
        argv += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    for path in _programs(room):
        argv += ["--ro-bind-try", path, path]
    for path in _hidden():
        argv += ["--tmpfs", path]
    for host, inner, writable in sealed.mounts(room):
        argv += ["--bind" if writable else "--ro-bind", host, inner]
    for name, value in env.items():
        argv += ["--setenv", name, value]
    return [*argv, "--chdir", process.cwd, "--"]


def _programs(room: Room) -> list[str]:
    """Return the trees outside the system's own that hold programs: CLI, Python, toolchains."""
    found = [sys.base_prefix, *toolchain_homes().values(), *_cargo()]
    if room.installation is not None:
        # .../clis/NAME-VERSION-HASH/venv/bin: the whole installation is needed, not its bin alone.
        found += [str(_installation_root(Path(p))) for p in room.installation.path]
    return [p for p in dict.fromkeys(found) if not p.startswith("/usr/")]


def _hidden() -> list[str]:
    """Return the site directories of other interpreters: cab and packs may be installed there.

    Without links in them: bubblewrap makes no mount point below an absolute one.
    """
    paths = sysconfig.get_paths(vars={"base": sys.base_prefix, "platbase": sys.base_prefix})
    homes = [Path(home) for home in toolchain_homes().values()]
    found = [paths["purelib"], paths["platlib"], *(str(p) for h in homes for s in _SITES for p in h.glob(s))]
    found += [str(p) for p in Path("/usr/local/lib").glob("python3*/*-packages")]
    return sorted({os.path.realpath(p) for p in found if os.path.isdir(p)})  # noqa: PTH112


def _installation_root(path: Path) -> Path:
    return next((p for p in path.parents if p.parent.name == "clis"), path)
