"""Running one process below a supervisor, on this machine."""

from __future__ import annotations

import json
import marshal
import os
import secrets
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cab_core.errors import NotStarted, SandboxError
from cab_core.plugins.protocols import Channel, Output, StopSignal
from cab_core.records import Execution, Process, StopReason
from cab_core.trace.clock import utc_now

from .terminal import channel, read_some

MARK = "CAB_SANDBOX"  # in the environment of all that runs below a supervisor
# Imported, not run as a script: of a module the compiled form is kept. What Python itself has comes first.
_PROGRAM = "import sys; sys.path.append(sys.argv[1]); import supervisor_main; supervisor_main.main()"
_LOOK_S = 1.0  # between two looks at a supervisor that says nothing
_LAST_WORDS_S = 1.0  # for which output is read on that something holds open which could not be ended


def supervise(
    process: Process, env: Mapping[str, str], output: Output, stop: StopSignal, uid: int | None = None
) -> Execution:
    """Run a process to its end and return how it ended; then nothing that it started is alive.

    `uid`: become that user first (only root can). What became a user that we may not kill lives on; it is
    counted as `unkillable`.

    Raises:
        SandboxError: the supervisor was lost.
        NotStarted: the program could not be started.
    """
    out, out_theirs = channel(process.tty)
    err, err_theirs = channel(process.tty)
    started, mark = utc_now(), secrets.token_hex(8)
    try:
        supervisor = _start(process, env, out_theirs, err_theirs, uid, mark)
    finally:
        os.close(out_theirs)
        os.close(err_theirs)
    with supervisor, stop.watch(lambda: _ask_to_end(supervisor)):
        counts, status = _pump({out: "stdout", err: "stderr"}, supervisor, output, mark)
        _ask_to_end(supervisor, close=True)
        if supervisor.wait() != 0:
            raise _lost(process)
    report = _report(status, process)
    return Execution(
        started_at=started,
        ended_at=utc_now(),
        duration_s=report["duration_s"],
        exit_code=report["exit_code"],
        signal=report["signal"],
        stopped=_why_stopped(report, stop),
        survivors=report["survivors"],
        unkillable=report["unkillable"],
        stdout_bytes=counts["stdout"],
        stderr_bytes=counts["stderr"],
    )


def _start(
    process: Process, env: Mapping[str, str], out: int, err: int, uid: int | None, mark: str
) -> subprocess.Popen[bytes]:
    spec = {
        "argv": process.argv,
        "env": {**env, **process.env, MARK: mark},
        "cwd": process.cwd,
        "stdin": process.stdin,
        "tty": process.tty,
        "timeout_s": process.timeout_s,
        "grace_s": process.grace_s,
        "out": out,
        "err": err,
        "uid": uid,
    }
    supervisor = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _PROGRAM, str(Path(__file__).parent)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=(out, err),
        start_new_session=True,  # Ctrl-C in the terminal is the runner's to handle
        umask=0o022,  # as in a container: what the program makes has the modes that it has everywhere
    )
    assert supervisor.stdin is not None
    data = marshal.dumps(json.loads(json.dumps(spec)))  # of plain values, whatever a plugin's are
    supervisor.stdin.write(b"%d\n%s" % (len(data), data))
    supervisor.stdin.flush()
    return supervisor


_ask_lock = threading.Lock()


def _ask_to_end(supervisor: subprocess.Popen[bytes], close: bool = False) -> None:
    """Ask the supervisor to end its process; or, when it has, close the pipe to it."""
    with _ask_lock:
        assert supervisor.stdin is not None
        if supervisor.stdin.closed:
            return
        try:
            if close:
                supervisor.stdin.close()
            else:
                supervisor.stdin.write(b".")
                supervisor.stdin.flush()
        except BrokenPipeError:
            pass


def _pump(
    channels: dict[int, Channel], supervisor: subprocess.Popen[bytes], output: Output, mark: str
) -> tuple[dict[str, int], bytes]:
    """Pass output on until both channels end; return the bytes of each, and the supervisor's report.

    A channel that is held open after the report, by what could not be ended or was given it, has no end.
    """
    counts = {"stdout": 0, "stderr": 0}
    status = b""
    ended: list[float] = []  # when the supervisor did
    assert supervisor.stdout is not None
    with selectors.DefaultSelector() as selector:
        for fd, name in channels.items():
            selector.register(fd, selectors.EVENT_READ, name)
        selector.register(supervisor.stdout, selectors.EVENT_READ, "status")
        for fd, name in _ready(selector, ended, supervisor):
            data = read_some(fd)
            if not data:
                if name == "status":
                    ended.append(time.monotonic())
                    if supervisor.wait() != 0:
                        _kill_marked(mark)  # it was killed: nobody else holds the limit
                selector.unregister(fd)
            elif name == "status":
                status += data
            else:
                counts[name] += len(data)
                output.feed(name, data)
    for fd in channels:
        os.close(fd)
    return counts, status


def _kill_marked(mark: str) -> None:
    """Kill every process that inherited the mark, until there is none that we may kill."""
    needle = f"{MARK}={mark}".encode()
    while [p for p in _processes() if needle in _environ(p) and _killed(p)]:
        time.sleep(0.01)


def _killed(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        return False
    return True


def _processes() -> list[int]:
    return [int(p.name) for p in Path("/proc").glob("[0-9]*")]


def _environ(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""


def _ready(
    selector: selectors.BaseSelector, ended: list[float], supervisor: subprocess.Popen[bytes]
) -> Iterator[tuple[int, Any]]:
    """Yield what can be read, until all is closed or the time for last words is over."""
    while selector.get_map():
        left = ended[0] + _LAST_WORDS_S - time.monotonic() if ended else _LOOK_S
        if left <= 0:
            return
        found = selector.select(left)
        if not found and not ended:
            supervisor.send_signal(
                signal.SIGCONT
            )  # an agent of our own user can have stopped it: no limit would hold
        for key, _ in found:
            yield key.fd, key.data


def _report(status: bytes, process: Process) -> dict[str, Any]:
    try:
        # The last line: an agent of our own user can write into its pipe, until it is ended.
        report: dict[str, Any] = json.loads(status.splitlines()[-1])
    except (ValueError, IndexError) as exc:
        raise _lost(process) from exc
    if report["failed"]:
        raise NotStarted(process.argv[0], report["failed"])
    return report


def _lost(process: Process) -> SandboxError:
    return SandboxError(
        f"the supervisor of {process.argv[0]!r} was killed, by the system (out of memory?) or the agent"
    )


def _why_stopped(report: dict[str, Any], stop: StopSignal) -> StopReason | None:
    if report["timed_out"]:
        return "limit_wall"
    return stop.reason if report["asked"] else None
