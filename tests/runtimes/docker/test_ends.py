"""What is told of a program's end in a container is the program's own, not its children's or the engine's."""

from __future__ import annotations

import threading

import pytest

from cab_core.plugins.protocols import StopSignal
from cab_core.records import Execution, Limits
from cab_core.runtimes.docker.container import Ended
from cab_core.runtimes.docker.mounts import Collected
from cab_core.runtimes.docker.runtime import _execution
from tests.run.test_started import Started
from tests.runtimes.docker.conftest import Play
from tests.runtimes.docker.test_seal import FIX
from tests.runtimes.test_logs import PRINTED, SCRIPT

CHILD = """
import subprocess
greedy = "x = [bytearray(1 << 27) for _ in range(99)]; [b.__setitem__(0, 1) for b in x]"
print(subprocess.run([sys.executable, "-c", greedy]).returncode, flush=True)
"""


@pytest.fixture
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Containers with so little memory that it is soon taken."""
    monkeypatch.setattr("cab_core.runtimes.docker.runtime.MEMORY", 512 << 20)


@pytest.mark.usefixtures("little_memory")
def test_a_right_fix_passes_though_a_child_was_killed_for_memory(contain: Play) -> None:
    """The agent went on without the child: what is known of it is told beside the verdict."""
    directory, result = contain(CHILD + FIX)
    assert (directory / "stdout.log").read_text() == "-9\n"
    assert result.outcome == "passed", result.why
    assert result.execution is not None
    assert (result.execution.stopped, result.execution.memory_kills) == (None, True)


@pytest.mark.usefixtures("little_memory")
def test_an_agent_that_is_killed_for_memory_itself_met_the_limit(contain: Play) -> None:
    """Its own end is the limit's."""
    _, result = contain(
        "call(); x = [bytearray(1 << 27) for _ in range(99)]; [b.__setitem__(0, 1) for b in x]"
    )
    assert result.outcome == "limit_memory", result.why


@pytest.mark.usefixtures("little_memory")
def test_an_agent_that_gives_up_after_its_child_did_not_meet_the_limit(contain: Play) -> None:
    """It ended by itself, with an exit code of its own."""
    _, result = contain("call()\n" + CHILD + "sys.exit(1)")
    assert result.outcome == "agent_crashed", result.why
    assert result.execution is not None and result.execution.exit_code == 1


def ended(code: int, **more: bool) -> Execution:
    """Return what is made of a container's exit code."""
    end = Ended(code, more.get("memory", False), 1.0, None, {"stdout": 0, "stderr": 0})
    return _execution(end, Collected(full=more.get("full", False)), "")


@pytest.mark.parametrize("code", [0, 1, 127, 128, 160, 161, 193, 254, 255])
def test_a_number_that_is_no_signal_s_is_the_exit_code(code: int) -> None:
    """Below 129, 128 and libc's own two signals, and all above 64."""
    assert (ended(code).exit_code, ended(code).signal) == (code, None)


@pytest.mark.parametrize("code", [129, 137, 143, 159, 162, 192])
def test_a_signal_s_number_is_the_signal(code: int) -> None:
    """1 to 31 and 34 to 64, as init and shells tell it."""
    assert (ended(code).exit_code, ended(code).signal) == (None, code - 128)


def test_the_flag_alone_is_no_limit() -> None:
    """With 0, with 1, with another signal: the program met none; killed without the flag neither."""
    assert [ended(code, memory=True).stopped for code in (0, 1, 143, 137)] == [
        None,
        None,
        None,
        "limit_memory",
    ]
    assert ended(137).stopped is None and ended(0, full=True, memory=True).stopped == "limit_disk"


def test_exit_code_255_is_told_as_it_is(contain: Play) -> None:
    """The whole way: no signal 127."""
    _, result = contain("call(); sys.exit(255)")
    assert result.execution is not None
    assert (result.execution.exit_code, result.execution.signal) == (255, None)
    assert (result.outcome, result.execution.memory_kills) == ("agent_crashed", False)


def test_a_log_holds_what_was_printed(contain: Play) -> None:
    """The container's terminal changes no byte, and nor do we."""
    directory, result = contain(SCRIPT)
    assert (directory / "stdout.log").read_bytes() == PRINTED + PRINTED[:-1]
    assert result.execution is not None and result.execution.stdout_bytes == 2 * len(PRINTED) - 1


FLOOD = """
import signal
call()
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
while True:
    os.write(1, b"x" * 65536)
"""


@pytest.mark.timeout(60)
def test_a_flood_that_ignores_signals_is_ended_at_its_limit(contain: Play) -> None:
    """The engine takes no word while it waits for output to be taken: it is read on, and the limit holds."""
    _, result = contain(FLOOD, limits=Limits(wall_s=3))
    assert result.outcome == "limit_wall", result.why


@pytest.mark.timeout(60)
def test_a_stop_ends_a_flood_that_ignores_signals(contain: Play) -> None:
    """Ctrl-C beside it: cancelled, and soon."""
    stop = StopSignal()
    timer = threading.Timer(3, lambda: stop.stop("cancelled"))
    timer.start()
    _, result = contain(FLOOD, limits=Limits(wall_s=300), stop=stop)
    assert result.outcome == "cancelled", result.why


def test_a_program_that_is_not_in_the_image_is_its_adapter_s_mistake(contain: Play) -> None:
    """What the shell in the container says is told, with plugin and line."""
    adapter = Started("")
    _, result = contain("", adapter=adapter)
    assert result.outcome == "infra_plugin", result.why
    assert "launch() names a program" in result.why and "exec: cab-no-such-cli: not found" in result.why
