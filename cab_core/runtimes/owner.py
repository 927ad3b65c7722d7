"""Who made something: so that what a killed runner left is told from what a living one uses."""

from __future__ import annotations

import functools
import os
import platform
from pathlib import Path


def runner_id() -> str:
    """Return this process as `pid:start`, so that a pid that was used again is not taken for it."""
    return f"{os.getpid()}:{start_time(os.getpid())}"


@functools.cache
def host_id() -> str:
    """Return what tells this machine and its space of process ids from others that use the same engine."""
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


def is_alive(runner: str) -> bool:
    """Return whether the runner that made something on this machine is still there."""
    pid, _, started = runner.partition(":")
    return pid.isdigit() and start_time(int(pid)) == started
