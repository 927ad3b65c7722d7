"""Very many open connections, of one cell or of many: the gateway goes on."""

from __future__ import annotations

import json
import os
import resource
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from cab_core.gateway.sockets import CONNECTIONS

MANY = 1200
CELLS = 8
SOFT = 1024  # what a shell usually allows; the limit of select(2) too
SPARE = 256  # of a process's other files
HARD = resource.getrlimit(resource.RLIMIT_NOFILE)[1]

pytestmark = pytest.mark.skipif(HARD < MANY + SPARE, reason=f"this machine allows {HARD} open files")

# A runner with the usual limit and scripted cells; it says what a client needs, and ends with its input.
RUNNER = """
import json, resource, sys
from pathlib import Path
soft, hard = int(sys.argv[1]), resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
sys.path.insert(0, sys.argv[2])
from cab_core.gateway.scripted.personas import PERSONAS
from cab_core.gateway.scripted.upstream import ScriptedUpstream
from cab_core.gateway.server import Gateway
from cab_core.gateway.session import CellSession, new_token
from cab_core.plugins.protocols import StopSignal
from cab_core.records import Limits
from tests.gateway.test_personas import context
from tests.support.wire import CHAT
seen = context("mutations/py-lru-cache")
with Gateway() as gateway:
    cells = int(sys.argv[4])
    for n in range(cells + 1):  # the last one has no socket
        session = CellSession(protocol=CHAT, token=new_token(), model="m", limits=Limits(wall_s=60), stop=StopSignal(),
                              upstream=ScriptedUpstream("m", PERSONAS["null"], seen),
                              record=Path(sys.argv[3], f"{n}.jsonl"))
        gateway.open(session, Path(sys.argv[3], f"{n}.sock") if n < cells else None)
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    print(json.dumps({"url": gateway.url, "token": session.token, "allowed": allowed}), flush=True)
    sys.stdin.read()
"""


class Runner:
    """A gateway in a process of its own, reached over TCP or through the sockets of its cells."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        root = str(Path(__file__).parents[2])
        argv = [sys.executable, "-c", RUNNER, str(SOFT), root, str(directory), str(CELLS)]
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.said = json.loads(self.process.stdout.readline())

    def connect(self, cell: int | None = None) -> socket.socket:
        """Return an open connection, to a cell's socket or over TCP."""
        if cell is None:
            port = int(self.said["url"].rpartition(":")[2].partition("/")[0])
            return socket.create_connection(("127.0.0.1", port), 30)
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(30)
        fd = os.open(self.directory, os.O_RDONLY)
        try:
            connection.connect(f"/proc/self/fd/{fd}/{cell}.sock")
        finally:
            os.close(fd)
        return connection

    def descriptors(self) -> int:
        """Return how many files the runner has open."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))


def ask(connection: socket.socket, head: str, body: bytes = b"") -> bytes:
    """Send a request on a connection that stays open; return what is answered first."""
    connection.sendall(f"{head}\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
    return connection.recv(65536)


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    """A runner with a limit of 1024 open files, and a client that may have more."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(before[0], MANY + SPARE), before[1]))
    running = Runner(tmp_path)
    try:
        yield running
    finally:
        running.process.communicate()
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_the_limit_on_open_files_is_raised(runner: Runner) -> None:
    """A gateway may have as many files open as its user may allow it."""
    assert runner.said["allowed"] == min(HARD, 1 << 20)


@pytest.mark.parametrize("way", ["tcp", "sockets of cells"])
def test_a_call_is_answered_beside_many_open_connections(runner: Runner, way: str) -> None:
    """With 1200 connections that were answered and stay open, the next one still reaches the model."""
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "hi"}]}).encode()
    with ExitStack() as stack:
        for n in range(MANY):
            cell = None if way == "tcp" else n % CELLS
            connection = stack.enter_context(runner.connect(cell))
            assert ask(connection, "HEAD / HTTP/1.1").startswith(b"HTTP/1.1 200")
        assert runner.descriptors() > MANY > SOFT
        last = stack.enter_context(runner.connect())
        head = f"POST /v1/chat/completions HTTP/1.1\r\nAuthorization: Bearer {runner.said['token']}"
        assert ask(last, head, body).startswith(b"HTTP/1.1 200")


def test_a_cell_holds_so_many_connections_and_no_more(runner: Runner) -> None:
    """One more than allowed is closed at once; another cell's is answered, and so is its own when one has ended."""
    with ExitStack() as stack:
        for _ in range(CONNECTIONS):
            held = stack.enter_context(runner.connect(0))
            assert ask(held, "HEAD / HTTP/1.1").startswith(b"HTTP/1.1 200")
        too_many = stack.enter_context(runner.connect(0))
        with suppress(ConnectionError):
            assert too_many.recv(1) == b""
        assert ask(stack.enter_context(runner.connect(1)), "HEAD / HTTP/1.1").startswith(b"HTTP/1.1 200")
        held.shutdown(socket.SHUT_WR)
        assert held.recv(1) == b""  # the gateway has closed its side
        assert ask(stack.enter_context(runner.connect(0)), "HEAD / HTTP/1.1").startswith(b"HTTP/1.1 200")
