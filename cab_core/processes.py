"""Which process is which: across pids that are used again, machines, and spaces of process ids."""

from __future__ import annotations

import functools
import os
import platform
from pathlib import Path


def process_lives(host: str, runner: str) -> bool:
    """Return whether a process lives, by `pid:start`; one of another machine is taken to live."""
    pid, _, started = runner.partition(":")
    return host != host_id() or (pid.isdigit() and start_time(int(pid)) == started)


def runner_id() -> str:
    """Return this process as `pid:start`, so that a pid that was used again is not taken for it."""
    return f"{os.getpid()}:{start_time(os.getpid())}"


@functools.cache
def host_id() -> str:
    """Return what tells this machine and its space of process ids from others."""
    machine = Path("/etc/machine-id")  # the same in copies of a machine: its name helps
    known = machine.read_text().strip() if machine.is_file() else ""
    return f"{known}:{platform.node()}:{Path('/proc/self/ns/pid').stat().st_ino}"


def start_time(pid: int) -> str | None:
    """Return when a process started, in clock ticks since boot, or None where it is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return text.rpartition(")")[2].split()[19]
