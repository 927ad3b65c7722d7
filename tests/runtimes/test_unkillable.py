"""What became another user, as by `sudo`, may not be killed: it is counted, and nothing waits for it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
OTHER = 65534
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a process of another user")

# A supervisor that is root, but without the capability to kill (capabilities(7), CAP_KILL): what becomes
# another user is to it what `sudo` is to an ordinary one. The bounding set holds for what is executed.
RUNNER = """
import ctypes, json, sys
sys.path.insert(0, {root!r})
from cab_core.errors import SandboxError
from cab_core.plugins.protocols import StopSignal
from cab_core.records import Process, to_json
from cab_core.runtimes import supervisor
from tests.runtimes.test_supervisor import Kept
PR_CAPBSET_DROP, CAP_KILL = 24, 5
assert ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_KILL, 0, 0, 0) == 0
kept, code = Kept(), sys.stdin.read()
process = Process(argv=(sys.executable, "-c", code), cwd="/", timeout_s={timeout_s}, grace_s=0.2, tty={tty})
found = supervisor.supervise(process, {{"PATH": "/usr/bin:/bin"}}, kept, StopSignal())
print(json.dumps({{**to_json(found), "stdout": kept.stdout[:2000].decode()}}))
"""
BECOME = f"""
import os, signal, time
def become():
    "Another user, which ignores that its terminal is gone."
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.setgroups([]); os.setresgid({OTHER}, {OTHER}, {OTHER}); os.setresuid({OTHER}, {OTHER}, {OTHER})
def told():
    open({{pids!r}}, "a").write(f"{{{{os.getpid()}}}}\\n")
"""


@pytest.fixture
def pids(tmp_path: Path) -> Iterator[Path]:
    """A file into which what lives on writes its process id; it is ended after the test."""
    path = tmp_path / "pids"
    path.touch()
    yield path
    for pid in path.read_text().split():
        with suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)


def run(pids: Path, code: str, timeout_s: float = 20, tty: bool = False) -> Any:
    """Run code below a supervisor that may not kill other users' processes."""
    done = subprocess.run(
        [sys.executable, "-c", RUNNER.format(root=str(ROOT), timeout_s=timeout_s, tty=tty)],
        input=BECOME.format(pids=str(pids)) + code,
        capture_output=True,
        text=True,
        check=False,
        timeout=40,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def alive(pids: Path) -> list[bool]:
    """Return which of the processes that told their id are there."""
    return [Path(f"/proc/{pid}").exists() for pid in pids.read_text().split()]


BACKGROUND = """
if os.fork() == 0:
    told(); become(); os.write(write, b"."); os.close(write)
    {then}
    time.sleep(60); os._exit(0)
os.read(read, 1)
print("bye", flush=True)
raise SystemExit({code})
"""
PIPE = "read, write = os.pipe()\n"


@pytest.mark.parametrize("tty", [False, True])
def test_a_grandchild_of_another_user_is_counted(pids: Path, tty: bool) -> None:
    """The program's own end is what is told, though the other one lives on and holds its output open."""
    found = run(pids, PIPE + BACKGROUND.format(then="", code=3), tty=tty)
    assert (found["exit_code"], found["stopped"], found["stdout"]) == (3, None, "bye\n")
    assert (found["survivors"], found["unkillable"], alive(pids)) == (0, 1, [True])
    assert found["duration_s"] < 5


def test_beside_it_what_may_be_killed_is(pids: Path) -> None:
    """Its own child of our user, in a session of its own, is found and ended; each is counted for itself."""
    child = 'if os.fork() == 0:\n    os.setsid(); told(); os.write(write, b"."); time.sleep(60)\n'
    found = run(pids, PIPE + child + "os.read(read, 1)\n" + BACKGROUND.format(then="", code=0))
    assert (found["survivors"], found["unkillable"], alive(pids)) == (1, 1, [False, True])


def test_one_that_never_stops_printing_is_not_heard_for_ever(pids: Path) -> None:
    """What it prints after the program's end has an end for us."""
    found = run(pids, PIPE + BACKGROUND.format(then="while True: os.write(1, b'x' * 4096)", code=0))
    assert (found["exit_code"], found["unkillable"]) == (0, 1)


def test_a_program_that_is_another_user_itself_ends_at_the_limit(pids: Path) -> None:
    """It cannot be ended, nor waited for: the limit is told, and neither an exit code nor a signal."""
    found = run(pids, "told(); become(); time.sleep(60)", timeout_s=0.5)
    assert (found["stopped"], found["exit_code"], found["signal"]) == ("limit_wall", None, None)
    assert (found["unkillable"], alive(pids)) == (1, [True]) and found["duration_s"] < 10


def test_one_that_ends_by_itself_soon_is_none(pids: Path) -> None:
    """`sudo` ends when what it started has: that takes a moment."""
    found = run(pids, PIPE + BACKGROUND.format(then="time.sleep(0.3); os._exit(0)", code=0))
    assert (found["exit_code"], found["unkillable"]) == (0, 0)
