"""An engine reached by SSH (`DOCKER_HOST=ssh://[user@]host[:port][/path/of/docker.sock]`).

Its socket is forwarded by the system's own `ssh`, with the user's configuration, keys and agent.
"""

from __future__ import annotations

import atexit
import selectors
import subprocess
import tempfile
import threading
import time
from contextlib import ExitStack
from typing import IO
from urllib.parse import urlsplit

from cab_core.errors import SandboxError

from ..scratch import plain_scratch

_SOCKET = "/var/run/docker.sock"
_OPTIONS = (
    "BatchMode=yes",
    "ExitOnForwardFailure=yes",
    "ConnectTimeout=20",
    "ServerAliveInterval=30",
    "StreamLocalBindUnlink=yes",
)
_READY = b"cab: the connection is there\n"
# Ends when we do, even by SIGKILL: then standard input ends.
_STAY = f"echo '{_READY.decode().strip()}'; exec cat >/dev/null"
_PATIENCE_S = 60


class SshForward:
    """A local socket that leads to the engine, until this process ends."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._stack, self._lock = ExitStack(), threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        local = self._stack.enter_context(plain_scratch()) / "docker.sock"
        self._to = f"ssh://{parts.netloc}"
        self._argv = ["ssh", "-T", *(w for o in _OPTIONS for w in ("-o", o))]
        self._argv += ["-L", f"{local}:{parts.path or _SOCKET}", self._to, _STAY]
        self.url = f"unix://{local}"
        self._stack.callback(self._end)
        atexit.register(self._stack.close)

    def open(self) -> None:
        """Connect, or connect anew where it has broken.

        Raises:
            SandboxError: ssh is missing or cannot get there; says what it said.
        """
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._end()
                self._start()

    def _start(self) -> None:
        with tempfile.TemporaryFile() as said:
            self._process = _ssh(self._argv, said)
            printed = _until_ready(self._process)
            if printed.endswith(_READY):
                return
            self._end()
            said.seek(0)
            reason = (said.read(2000) + printed[-500:]).decode("utf-8", "replace").strip()
            raise SandboxError(
                f"no connection to the Docker engine at {self._to}: {reason or 'it says nothing'}"
            )

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            stream.close()
        process.terminate()
        process.wait()


def _ssh(argv: list[str], said: IO[bytes]) -> subprocess.Popen[bytes]:
    try:
        # A group of its own: Ctrl-C must leave the connection to the engine open for the cleaning up.
        return subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, process_group=0, bufsize=0
        )
    except FileNotFoundError as exc:
        hint = "on Debian: apt-get install openssh-client"
        raise SandboxError(f"DOCKER_HOST is ssh://, but there is no ssh; {hint}") from exc


def _until_ready(process: subprocess.Popen[bytes]) -> bytes:
    """Return what it prints until it is ready, ends or takes too long; a login shell may greet first."""
    assert process.stdout is not None
    printed, deadline = b"", time.monotonic() + _PATIENCE_S
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while not printed.endswith(_READY) and selector.select(max(0, deadline - time.monotonic())):
            if not (data := process.stdout.read(1000)):
                break
            printed += data
    return printed
