"""One process below a supervisor: it ends, and so does everything that it started."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from cab_core.errors import SandboxError
from cab_core.plugins.protocols import StopSignal
from cab_core.records import Execution, Process
from cab_core.runtimes import supervisor, supervisor_main
from cab_core.runtimes.supervisor import supervise


class Kept:
    """An output that keeps what it is fed."""

    def __init__(self) -> None:
        self.stdout, self.stderr = b"", b""
        self.spoke = threading.Event()

    def feed(self, channel: str, data: bytes) -> None:
        setattr(self, channel, getattr(self, channel) + data)
        self.spoke.set()


def run(
    code: str, tty: bool = False, timeout_s: float = 20, stop: StopSignal | None = None
) -> tuple[Execution, Kept]:
    """Run Python code as a supervised process."""
    kept = Kept()
    process = Process(argv=(sys.executable, "-c", code), cwd="/", timeout_s=timeout_s, tty=tty, grace_s=0.5)
    return supervise(process, {"PATH": "/usr/bin:/bin"}, kept, stop or StopSignal()), kept


@pytest.mark.parametrize("tty", [False, True])
def test_output_and_exit_code(tty: bool) -> None:
    """Both channels are kept apart, byte for byte, with a terminal too."""
    execution, kept = run("import sys; print('out'); print('err', file=sys.stderr); sys.exit(7)", tty)
    assert (execution.exit_code, kept.stdout, kept.stderr) == (7, b"out\n", b"err\n")
    assert (execution.stdout_bytes, execution.survivors, execution.stopped) == (4, 0, None)


def test_a_signal_is_told(tmp_path: Path) -> None:
    """A process that a signal ended has no exit code."""
    execution, _ = run("import os; os.kill(os.getpid(), 9)")
    assert (execution.exit_code, execution.signal) == (None, signal.SIGKILL)


def test_a_process_that_ignores_sigterm_is_killed() -> None:
    """At the limit comes SIGTERM, and after the grace the end."""
    execution, _ = run(
        "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(60)", timeout_s=0.5
    )
    assert (execution.stopped, execution.signal) == ("limit_wall", signal.SIGKILL)
    assert execution.duration_s < 30


def test_sigterm_leaves_time_to_flush() -> None:
    """A process that ends itself on SIGTERM is heard to the end."""
    code = "import signal, sys, time\nsignal.signal(15, lambda *_: (print('bye', flush=True), sys.exit(0)))\ntime.sleep(60)"
    execution, kept = run(code, timeout_s=0.7)
    assert (execution.stopped, execution.exit_code, kept.stdout) == ("limit_wall", 0, b"bye\n")


DOUBLE_FORK = """
import os, sys, time
read, write = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.setsid()
        print(os.getpid(), flush=True)
        os.write(write, b".")
        time.sleep(60)
    os._exit(0)
os.read(read, 1)
"""


def test_a_daemon_with_its_own_session_does_not_survive() -> None:
    """Forked twice, with a session of its own, orphaned: found and killed."""
    execution, kept = run(DOUBLE_FORK)
    assert execution.survivors == 1
    assert not Path(f"/proc/{int(kept.stdout)}").exists()


def test_a_stop_ends_the_process() -> None:
    """A stop from another thread ends it at once, with its reason."""
    stop = StopSignal()
    threading.Timer(0.4, stop.stop, ["limit_calls"]).start()
    execution, _ = run("import time; time.sleep(60)", stop=stop)
    assert execution.stopped == "limit_calls" and execution.duration_s < 30


def test_a_program_that_is_not_there_is_the_sandbox_s_trouble() -> None:
    """What cannot be started is told with its name, not as a failed run."""
    process = Process(argv=("no-such-program",), cwd="/", timeout_s=5)
    with pytest.raises(SandboxError, match="no-such-program: No such file"):
        supervise(process, {"PATH": "/usr/bin"}, Kept(), StopSignal())


def test_when_the_runner_is_killed_the_process_ends_too(tmp_path: Path) -> None:
    """kill -9 of the runner leaves nothing running."""
    code = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from tests.runtimes.test_supervisor import run
run("import os, time; open({str(tmp_path / "pid")!r}, 'w').write(str(os.getpid())); time.sleep(60)")
"""
    runner = subprocess.Popen([sys.executable, "-c", code])
    deadline = time.monotonic() + 15
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    runner.kill()
    runner.wait()
    proc = Path(f"/proc/{(tmp_path / 'pid').read_text()}")
    while proc.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_wish_to_stop_that_comes_before_the_program() -> None:
    """It is not lost while the program is being started: that ends at once, with no grace."""
    stop = StopSignal()
    stop.stop("cancelled")
    process = Process(argv=("/bin/sleep", "60"), cwd="/", timeout_s=60, grace_s=30)
    start = time.monotonic()
    execution = supervise(process, {"PATH": "/usr/bin:/bin"}, Kept(), stop)
    assert (execution.stopped, execution.signal) == ("cancelled", signal.SIGTERM)
    assert time.monotonic() - start < 15


def test_a_supervisor_imports_little() -> None:
    """One is started for every process of a cell; json, with what it imports, would double what it costs."""
    where = str(Path(supervisor.__file__).parent)
    argv = [sys.executable, "-I", "-S", "-X", "importtime", "-c", supervisor._PROGRAM, where]
    said = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False).stderr
    imported = {line.rpartition("|")[2].strip() for line in said.splitlines()}
    assert "select" in imported and not imported & {"json", "re", "typing", "subprocess", "enum", "ctypes"}


@pytest.mark.parametrize("text", [None, "", 'a "b" \\ c', "line\nbreak\t\x00", "über 漢字 😀", "\udce9"])
def test_a_report_is_json_whatever_failed(text: str | None) -> None:
    """Written by hand, read by the library."""
    report = {
        "duration_s": 0.25,
        "exit_code": None,
        "signal": 9,
        "timed_out": True,
        "asked": False,
        "failed": text,
    }
    line = supervisor_main._json(report)
    assert json.loads(line) == report and line.endswith(b"}\n")


def test_what_is_to_be_run_may_be_large_and_of_any_text() -> None:
    """More than a pipe takes at once, line feeds, and text that is no UTF-8."""
    value = "x\n" * 50_000 + "\udce9"
    kept = Kept()
    code = "import os, sys; sys.exit(os.environ['V'] != 'x\\n' * 50_000 + '\\udce9')"
    process = Process(argv=(sys.executable, "-c", code), cwd="/", timeout_s=20, env={"V": value})
    assert supervise(process, {"PATH": "/usr/bin:/bin"}, kept, StopSignal()).exit_code == 0, kept.stderr


FORGED = (
    b'{"duration_s": 1, "exit_code": 0, "signal": null, "timed_out": false, "asked": false, "failed": null, '
)
FORGED += b'"survivors": 0, "unkillable": 0}'
FORGES = f"""
import os, signal, subprocess, sys
child = subprocess.Popen(["sleep", "60"], start_new_session=True)
print(child.pid, flush=True)
with open(f"/proc/{{os.getppid()}}/fd/1", "wb") as pipe:
    pipe.write({FORGED!r})
"""


def test_a_forged_report_is_not_believed() -> None:
    """An agent of our own user can write into the supervisor's pipe: what counts is the supervisor's own line."""
    execution, kept = run(FORGES + "sys.exit(7)")
    assert (execution.exit_code, execution.survivors) == (7, 1)
    assert not Path(f"/proc/{int(kept.stdout)}").exists()


def test_of_a_killed_supervisor_nothing_is_believed() -> None:
    """Nor does anything live on that ran below it."""
    kept = Kept()
    code = FORGES + "os.kill(os.getppid(), signal.SIGKILL)"
    process = Process(argv=(sys.executable, "-c", code), cwd="/", timeout_s=20)
    with pytest.raises(SandboxError, match="was killed"):
        supervise(process, {"PATH": "/usr/bin:/bin"}, kept, StopSignal())
    assert not Path(f"/proc/{int(kept.stdout)}/cwd").exists()  # a zombie at most, of whoever adopts it
