"""What is told of a program's end in a container is the program's own, not its children's or the engine's."""

from __future__ import annotations

import threading

import pytest

from cab_core.plugins.protocols import Leftovers, StopSignal
from cab_core.records import Execution, Harvest, Limits
from cab_core.records.execution import StopReason
from cab_core.runtimes.docker.container import Ended
from cab_core.runtimes.docker.mounts import Collected
from cab_core.runtimes.docker.runtime import _execution
from tests.run.test_started import Started
from tests.runtimes.docker.conftest import Play, copied_seldom
from tests.runtimes.docker.test_seal import FIX
from tests.runtimes.test_ends import BY_EXIT, BY_SIGNAL, by_signal
from tests.runtimes.test_ends import ended as how_it_ended
from tests.runtimes.test_logs import PRINTED, SCRIPT
from tests.support.often import rows
from tests.support.puppet import Puppet

CHILD = """
import subprocess
greedy = "x = [bytearray(1 << 27) for _ in range(99)]; [b.__setitem__(0, 1) for b in x]"
print(subprocess.run([sys.executable, "-c", greedy]).returncode, flush=True)
"""


@pytest.fixture
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Containers with so little memory that it is soon taken."""
    monkeypatch.setattr("cab_core.runtimes.docker.runtime.MEMORY", 512 << 20)


@copied_seldom
@pytest.mark.usefixtures("little_memory")
def test_a_right_fix_passes_though_a_child_was_killed_for_memory(contain: Play) -> None:
    """The agent went on without the child: what is known of it is told beside the verdict."""
    directory, result = contain(CHILD + FIX)
    assert (directory / "stdout.log").read_text() == "-9\n"
    assert result.outcome == "passed", result.why
    assert result.execution is not None
    assert (result.execution.stopped, result.execution.memory_kills) == (None, True)


@copied_seldom
@pytest.mark.usefixtures("little_memory")
def test_an_agent_that_is_killed_for_memory_itself_met_the_limit(contain: Play) -> None:
    """Its own end is the limit's."""
    _, result = contain(
        "call(); x = [bytearray(1 << 27) for _ in range(99)]; [b.__setitem__(0, 1) for b in x]"
    )
    assert result.outcome == "limit_memory", result.why


@copied_seldom
@pytest.mark.usefixtures("little_memory")
def test_an_agent_that_gives_up_after_its_child_did_not_meet_the_limit(contain: Play) -> None:
    """It ended by itself, with an exit code of its own."""
    _, result = contain("call()\n" + CHILD + "sys.exit(1)")
    assert result.outcome == "agent_crashed", result.why
    assert result.execution is not None and result.execution.exit_code == 1


def ended(code: int, noted: int | None = None, stopped: StopReason | None = None, **more: bool) -> Execution:
    """Return what is made of a container's exit code."""
    end = Ended(code, more.get("memory", False), 1.0, stopped, {"stdout": 0, "stderr": 0})
    return _execution(end, Collected(full=more.get("full", False)), "", noted)


@pytest.mark.parametrize("code", [0, 1, 127, 128, 129, 137, 143, 160, 192, 254, 255])
def test_a_number_alone_is_the_exit_code(code: int) -> None:
    """Whatever it is: nobody but an init says 128+N of a signal alone."""
    assert (ended(code).exit_code, ended(code).signal) == (code, None)


@pytest.mark.parametrize(("code", "noted"), [(129, 1), (137, 9), (139, 11), (192, 64)])
def test_a_signal_that_was_noted_is_the_signal(code: int, noted: int) -> None:
    """Where the number fits; a note that says something else was not written by whom it should."""
    assert (ended(code, noted).exit_code, ended(code, noted).signal) == (None, noted)
    assert ended(code, noted - 1 or 2).signal is None and ended(0, noted).exit_code == 0


def test_a_container_that_we_killed_was_killed() -> None:
    """With all that could have noted it."""
    assert ended(137, stopped="limit_wall").signal == 9 and ended(143, stopped="limit_wall").signal == 15


def test_the_flag_alone_is_no_limit() -> None:
    """With 0, with 1, with another signal: the program met none; killed without the flag neither."""
    assert [ended(code, memory=True).stopped for code in (0, 1, 143, 137)] == [
        None,
        None,
        None,
        "limit_memory",
    ]
    assert ended(137).stopped is None and ended(0, full=True, memory=True).stopped == "limit_disk"


# How each number is read is held without containers above: here the ends of the list, the others before a release.
OFTEN = {0, 137, 255, 9, 15}


@pytest.mark.parametrize("code", rows(BY_EXIT, OFTEN))
def test_an_exit_code_is_told_as_it_is(mounted: Play, code: int) -> None:
    """Above 128 too: no signal is made of it."""
    assert how_it_ended(mounted, f"call(); os._exit({code})") == (code, None)


@pytest.mark.parametrize("number", rows(BY_SIGNAL, OFTEN))
def test_a_signal_is_told_as_one(mounted: Play, number: int) -> None:
    """Though the engine says 128+N of it."""
    assert how_it_ended(mounted, by_signal(number)) == (None, number)


@pytest.mark.parametrize(("script", "end"), [("os._exit(137)", (137, None)), (by_signal(9), (None, 9))])
def test_an_engine_elsewhere_tells_the_same(contain: Play, script: str, end: object) -> None:
    """The note comes back with the sandbox."""
    assert how_it_ended(contain, "call()\n" + script) == end


def test_a_right_fix_with_any_exit_code_is_no_crash(mounted: Play) -> None:
    """Where the CLI's own evidence says that it finished."""
    _, result = mounted("", adapter=Puppet(FIX + "os._exit(255)", Harvest(finished=True)))
    assert result.outcome == "passed", result.why


def test_a_note_is_nobody_else_s_to_see(mounted: Play) -> None:
    """It is gone before the adapter looks at HOME; a link or a pipe in its place leads nowhere."""
    seen: list[list[str]] = []

    class Looking(Puppet):
        def harvest(self, left: Leftovers) -> Harvest:
            seen.append(sorted(p.name for p in left.home.iterdir()))
            return Harvest()

    place = "os.mkfifo(os.environ['HOME'] + '/.cab_signal')\n"
    _, result = mounted("", adapter=Looking(place + by_signal(9)))
    assert result.execution is not None and result.execution.signal == 9
    assert seen == [["script.py"]]


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


@copied_seldom
@pytest.mark.timeout(60)
def test_a_stop_ends_a_flood_that_ignores_signals(contain: Play) -> None:
    """Ctrl-C beside it: cancelled, and soon."""
    stop = StopSignal()
    timer = threading.Timer(3, lambda: stop.stop("cancelled"))
    timer.start()
    _, result = contain(FLOOD, limits=Limits(wall_s=300), stop=stop)
    assert result.outcome == "cancelled", result.why


@copied_seldom
def test_a_program_that_is_not_in_the_image_is_its_adapter_s_mistake(contain: Play) -> None:
    """What the shell in the container says is told, with plugin and line."""
    adapter = Started("")
    _, result = contain("", adapter=adapter)
    assert result.outcome == "infra_plugin", result.why
    assert "launch() names a program" in result.why and "cab-no-such-cli: No such file" in result.why
