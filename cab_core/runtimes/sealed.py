"""What the sealed runtimes share: where a sandbox's directories are mounted, and the forwarder.

The agent's sandbox has no network. The gateway's socket is mounted, and a forwarder (socat) listens on
the sandbox's own loopback; so the CLI has an endpoint, and nothing else can be reached.
"""

from __future__ import annotations

import shlex
from contextlib import AbstractContextManager
from pathlib import Path

from cab_core.records import Process, Sandbox
from cab_core.trace.asciicast import COLUMNS, ROWS

from .exit_codes import NOTE, PARENT, PROGRAM
from .scratch import sized_scratch

DISK = 1 << 30  # bytes that a sandbox holds
PORT = 31415  # of the forwarder
ENDPOINT = f"http://127.0.0.1:{PORT}"
SOCKET_DIR = "/run/cab"
_INSIDE = {"work": "/work", "home": "/home/agent", "tmp": "/tmp"}
_WORK = ("/work", "/tree")  # the agent's and the grader's
_QUEUE = 128  # connections that wait to be accepted; socat's own is 5, and some CLIs open more at once
# Waited for, so that a CLI's first call finds somebody there.
_FORWARD = (
    f"socat TCP-LISTEN:{PORT},bind=127.0.0.1,fork,reuseaddr,backlog={_QUEUE} "
    f"UNIX-CONNECT:{SOCKET_DIR}/%s >/dev/null 2>&1 & "
    f"until grep -q ':{PORT:04X} ' /proc/net/tcp; do sleep 0.01; done; "
)
# Perl would complain about a locale that it does not know.
_PARENT = (
    f"[ -x {PARENT} ] && export PERL_BADLANG=0 && "
    f'exec {PARENT} -e {shlex.quote(PROGRAM)} {_INSIDE["home"]}/{NOTE} "$@"; '
)


class SealedRuntime:
    """What a runtime with sealed sandboxes has in common with others."""

    sockets = True

    def scratch(self) -> AbstractContextManager[Path]:
        """Return a directory of a fixed size."""
        return sized_scratch(DISK)

    def inside(self, scratch: Path, name: str) -> str:
        """Return where a sandbox's directory is mounted."""
        return inside(name)

    def endpoint(self, gateway_url: str) -> str:
        """Return the forwarder's address; the gateway's own cannot be reached."""
        return ENDPOINT


def inside(name: str) -> str:
    """Return where a sandbox's directory is mounted."""
    return _INSIDE.get(name, f"/{name}")


def mounts(sandbox: Sandbox) -> list[tuple[str, str, bool]]:
    """Return (path on the host, path inside, writable) of what is mounted. /tmp is the sandbox's own."""
    # Not `tmp`: what lies in /tmp dies with the sandbox, and nothing of it is taken from an agent.
    found = [
        (str(Path(sandbox.scratch, name)), inside(name), writable)
        for name, writable in sandbox.mounts.items()
        if name != "tmp"
    ]
    if sandbox.work_at is not None:
        shown = [(host, sandbox.work_at, True) for host, inner, _ in found if inner in _WORK]
        found += [m for m in shown if m[1] not in {inner for _, inner, _ in found}]
    if sandbox.socket is not None:
        # Its directory, not the socket: a mounted socket would be the old one after the gateway made it anew.
        found.append((str(Path(sandbox.socket).parent), SOCKET_DIR, False))
    return found


def command(sandbox: Sandbox, process: Process) -> list[str]:
    """Return the program, behind the forwarder where there is a socket, with its standard input.

    Above it stands a parent that notes which signal ended it (see `exit_codes`), where perl is there. A
    terminal is told to leave line ends alone, so that a log holds exactly what was printed.
    """
    stdin = "/dev/null" if process.stdin is None else _as_seen(sandbox, process.stdin)
    forward = "" if sandbox.socket is None else _FORWARD % Path(sandbox.socket).name
    plain = f"stty -opost cols {COLUMNS} rows {ROWS} 2>/dev/null < /dev/tty; " if process.tty else ""
    return [
        "/bin/sh",
        "-c",
        f'{forward}{plain}exec < {shlex.quote(stdin)}; {_PARENT if noted(sandbox) else ""}exec "$@"',
        "sh",
        *process.argv,
    ]


def noted(sandbox: Sandbox) -> Path | None:
    """Return where on the host the note about a program's end will lie, or None where there is no HOME."""
    return Path(sandbox.scratch, "home") if sandbox.mounts.get("home") else None


def environment(sandbox: Sandbox, process: Process, path: list[str]) -> dict[str, str]:
    """Return the whole environment of a process."""
    installed = sandbox.installation
    return {
        "PATH": ":".join([*(installed.path if installed else ()), *path]),
        "HOME": inside("home") if sandbox.role == "agent" else "/home",
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color" if process.tty else "dumb",
        **(installed.env if installed else {}),
        **process.env,
    }


def _as_seen(sandbox: Sandbox, path: str) -> str:
    name, _, rest = str(Path(path).relative_to(sandbox.scratch)).partition("/")
    return f"{inside(name)}/{rest}"
