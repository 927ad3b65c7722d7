"""Runtime `bwrap`: the seal of `docker` without a daemon (https://github.com/containers/bubblewrap).

The sandbox sees the system's programs, the CLI's installation and its own directories, and nothing else
of this machine: no home, no pack, no store. It has no network but the gateway's socket. bubblewrap
sets no limit on memory or processes, so its results stay provisional.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import attrs

from cab_core.cache import user_home
from cab_core.errors import SandboxError
from cab_core.plugins.protocols import Adapter, Check, Output, Say, StopSignal
from cab_core.records import Execution, Installation, Process, Recipe, Sandbox
from cab_core.tasks import toolchains
from cab_core.tasks.programs import base_python_bin, toolchain_homes

from . import sealed
from .exit_codes import end_of, take_note
from .install import install
from .startable import check_startable
from .supervisor import MARK, supervise
from .versions import lacking_in, versions_in

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

# Where interpreters of version managers have their packages (pyenv, its environments, asdf): installed,
# as checkouts (`pip install -e git+...`), or unpacked (conda).
_VERSIONS = ("versions/*", "versions/*/envs/*", "installs/python/*")
_PACKAGES = ("lib/python3*/site-packages", "lib/pypy3*/site-packages", "src", "pkgs")
_SITES = tuple(f"{place}/{packages}" for place in _VERSIONS for packages in _PACKAGES)
# Of /proc, as Docker has it. Without this a run as root could set the kernel's variables: it has no
# capability, but what root owns asks for none; bubblewrap makes read-only what access(2) calls writable.
_READ_ONLY = ("acpi", "asound", "bus", "driver", "fs", "irq", "mtrr", "scsi", "sys", "sysrq-trigger", "tty")
_MASKED = ("kcore", "key-users", "keys", "latency_stats", "sched_debug", "timer_list")
_TMP = 512 << 20  # bytes; as in a container
_OLDEST = (0, 8)  # bubblewrap that can forbid namespaces in the sandbox


class BwrapRuntime(sealed.SealedRuntime):
    """Runs processes below bubblewrap on this machine."""

    name = "bwrap"
    citable = False
    networks: tuple[str, ...] = ("gateway",)
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
        return install(adapter, version, requires, extras, say)

    def lacking(self, requires: tuple[str, ...], say: Say) -> str | None:
        """Return why toolchains cannot be had in a sandbox on this machine, or None."""
        if _lacking() is not None:
            return toolchains.lacking(requires)  # nothing runs: `install` says so
        return lacking_in(self, requires)

    def versions(self, requires: tuple[str, ...]) -> dict[str, str | None]:
        """Return the versions of toolchains in a sandbox: not all that this machine has is seen there."""
        if _lacking() is not None:
            return toolchains.versions(requires)
        return versions_in(self, requires)

    def doctor(self) -> Iterator[Check]:
        """Say whether bubblewrap is here and may make namespaces."""
        lacking = _lacking()
        yield Check(what="bubblewrap", ok=lacking is None, say=lacking or "sealed runs without a daemon")
        if lacking is None:
            argv = ["bwrap", *_SEAL, "--ro-bind", "/", "/", "true"]
            tried = subprocess.run(argv, capture_output=True, text=True, check=False)
            said = tried.stderr.strip()[:200] or "can be made"
            yield Check(what="bubblewrap namespaces", ok=tried.returncode == 0, say=said)

    def run(self, sandbox: Sandbox, process: Process, output: Output, stop: StopSignal) -> Execution:
        """Run one process in a sandbox of its own."""
        check_startable(sandbox, process)
        env = sealed.environment(
            sandbox, process, [base_python_bin(), *_cargo(), "/usr/local/bin", "/usr/bin", "/bin"]
        )
        argv = (*_bwrap(sandbox, process), *sealed.command(sandbox, process))
        outer = Process(
            argv=argv, cwd="/", timeout_s=process.timeout_s, grace_s=process.grace_s, tty=process.tty
        )
        # The token is among these. bubblewrap hands its own environment down; what it is told by
        # `--setenv` stands in the list of processes.
        end = supervise(outer, {**env, **toolchain_homes()}, output, stop)
        home = sealed.noted(sandbox)
        return _told(end, take_note(home) if home else None)


def _told(end: Execution, noted: int | None) -> Execution:
    """Return the end of the program, of which bubblewrap's own exit code tells."""
    if end.exit_code is None:
        return end
    exit_code, number = end_of(end.exit_code, noted, killed=end.stopped is not None)
    return attrs.evolve(end, exit_code=exit_code, signal=number)


def _lacking() -> str | None:
    lacking = [p for p in ("bwrap", "socat") if shutil.which(p) is None]
    if lacking:
        return f"{' and '.join(lacking)} missing; on Debian: apt-get install bubblewrap socat"
    said = subprocess.run(["bwrap", "--version"], capture_output=True, text=True, check=False).stdout
    version = tuple(int(n) for n in re.findall(r"\d+", said)[:2])
    oldest = ".".join(map(str, _OLDEST))
    return None if version >= _OLDEST else f"{said.strip() or 'bwrap'} is too old: expected {oldest} or newer"


def _cargo() -> list[str]:
    home = user_home()
    return [str(p) for p in [home / ".cargo" / "bin"] if p.is_dir()] if home else []


# In a user namespace of its own the agent would be root again, and could mount other cells' cgroups.
_SEAL = ("--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent", "--cap-drop", "ALL")


def _bwrap(sandbox: Sandbox, process: Process) -> list[str]:
    # The order matters: a later mount lies over an earlier one. First what is hidden as a whole, then the
    # system's programs, then what must not be seen in them, last the sandbox's own directories.
    argv = [_program(), *_SEAL, "--unsetenv", MARK, "--proc", "/proc", *_proc(), "--dev", "/dev"]
    for path in ("/tmp", "/dev/shm", "/run"):
        argv += ["--size", str(_TMP), "--tmpfs", path]
    argv += ["--dir", "/home"]
    for path in _SYSTEM:
        if Path(path).is_symlink():
            argv += ["--symlink", str(Path(path).readlink()), path]
        elif Path(path).exists():
            argv += ["--ro-bind", path, path]
    for name in _ETC:
        argv += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    for path in _programs(sandbox):
        argv += ["--ro-bind-try", path, path]
    for path in _hidden():
        argv += ["--tmpfs", path, "--remount-ro", path]
    for host, inner, writable in sealed.mounts(sandbox):
        argv += ["--bind" if writable else "--ro-bind", host, inner]
    # The root is a tmpfs of bubblewrap's: writable, it would be a place without a limit.
    argv += ["--remount-ro", "/dev", "--remount-ro", "/"]
    return [*argv, "--chdir", process.cwd, "--"]


def _program() -> str:
    """Return bubblewrap's path: the PATH that it is started with is the sandbox's."""
    return shutil.which("bwrap") or "bwrap"


def _proc() -> Iterator[str]:
    for name in (*_READ_ONLY, *_MASKED):
        path = f"/proc/{name}"
        if Path(path).exists():
            yield from ("--ro-bind", path if name in _READ_ONLY else "/dev/null", path)


def _programs(sandbox: Sandbox) -> list[str]:
    """Return the trees outside the system's own that hold programs: CLI, Python, toolchains."""
    found = [sys.base_prefix, *toolchain_homes().values(), *_cargo()]
    if sandbox.installation is not None:
        # .../clis/NAME-VERSION-HASH/venv/bin: the whole installation is needed, not its bin alone.
        found += [str(_installation_root(Path(p))) for p in sandbox.installation.path]
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
