"""An engine reached by SSH (`DOCKER_HOST=ssh://[user@]host[:port][/path/of/docker.sock]`).

Its socket is forwarded by the system's own `ssh`, with the user's configuration, keys and agent.
"""

from __future__ import annotations

import atexit
import subprocess
import tempfile
from contextlib import ExitStack
from typing import IO
from urllib.parse import urlsplit

from cab_core.errors import SandboxError

from ..scratch import plain_scratch

_SOCKET = "/var/run/docker.sock"
_OPTIONS = ("BatchMode=yes", "ExitOnForwardFailure=yes", "ConnectTimeout=20", "ServerAliveInterval=30")
# Says when the way is there, and ends when we do, even by SIGKILL: then standard input ends.
_STAY = "echo ready; exec cat >/dev/null"


def forward(url: str) -> str:
    """Return the URL of a local socket that leads to the engine, until this process ends.

    Raises:
        SandboxError: ssh is missing or cannot get there; says what it said.
    """
    parts = urlsplit(url)
    stack = ExitStack()
    local = stack.enter_context(plain_scratch()) / "docker.sock"
    argv = ["ssh", "-T", *(w for o in _OPTIONS for w in ("-o", o))]
    argv += ["-L", f"{local}:{parts.path or _SOCKET}", f"ssh://{parts.netloc}", _STAY]
    try:
        _start(argv, stack)
    except BaseException:
        stack.close()
        raise
    atexit.register(stack.close)
    return f"unix://{local}"


def _start(argv: list[str], stack: ExitStack) -> None:
    with tempfile.TemporaryFile() as said:
        process = _ssh(argv, said)
        stack.callback(_end, process)
        assert process.stdout is not None
        if process.stdout.readline() != b"ready\n":
            process.wait()
            said.seek(0)
            reason = said.read(2000).decode("utf-8", "replace").strip()
            raise SandboxError(f"no way to the Docker engine at {argv[-2]}: {reason}")


def _ssh(argv: list[str], said: IO[bytes]) -> subprocess.Popen[bytes]:
    try:
        # A group of its own: Ctrl-C must leave the way to the engine open for the cleaning up.
        return subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, process_group=0
        )
    except FileNotFoundError as exc:
        hint = "on Debian: apt-get install openssh-client"
        raise SandboxError(f"DOCKER_HOST is ssh://, but there is no ssh; {hint}") from exc


def _end(process: subprocess.Popen[bytes]) -> None:
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
    process.terminate()
    process.wait()
