"""What no system would start is told before anything is made, and whose mistake it is."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from cab_core.errors import GraderError, PluginCrash, SandboxError
from cab_core.plugins.protocols import StopSignal
from cab_core.plugins.registry import Plugins
from cab_core.records import Launch, Process, Sandbox
from cab_core.runtimes.startable import check_startable
from cab_core.runtimes.supervisor import supervise
from tests.runtimes.test_supervisor import Kept
from tests.support.puppet import Puppet, play

AGENT = Sandbox(scratch="/nowhere", mounts={}, role="agent")
GOOD = Process(argv=("true",), cwd="/", timeout_s=5)
LONGEST = "x" * 131_071  # and the NUL at its end: Linux' MAX_ARG_STRLEN


@pytest.mark.parametrize("runtime", ["local", "bwrap", "docker"])
@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"argv": ("cli", "a\0b")}, "argument 1 of argv holds a NUL, at character 1"),
        ({"argv": ("cli", "-m", LONGEST + "x")}, "argument 2 of argv is 131,072 bytes long; Linux takes 131,071"),
        ({"argv": ("cli", "é" * 65_536)}, "argument 1 of argv is 131,072 bytes long"),
        ({"argv": ("cli", *[LONGEST] * 16)}, "argv and environment take 2,097,"),
        ({"env": {f"V{i}": LONGEST[:100_000] for i in range(20)}}, "argv and environment take 2,00"),
        ({"env": {"A": "1\0"}}, "variable 'A' of its environment holds a NUL"),
        ({"env": {"A": LONGEST}}, "variable 'A' of its environment is 131,073 bytes"),
        ({"env": {"A=B": "1"}}, "a variable 'A=B'; expected a name without '='"),
        ({"env": {"": "1"}}, "a variable ''"),
        ({"env": {"PORT": 80}}, "variable 'PORT' of its environment is no text but int"),
        ({"cwd": "/a\0"}, r"its directory \(cwd\) holds a NUL"),
        ({"cwd": "work"}, "is 'work'; expected an absolute path"),
        ({"argv": ()}, "names no program"),
        ({"argv": ("cli", Path("/x"))}, "argument 1 of argv is no text but PosixPath"),
        ({"argv": ("cli", "\ud800")}, "argument 1 of argv is no text that can be encoded"),
    ],
)  # fmt: skip
def test_what_cannot_be_started_is_the_plugin_s_mistake(
    runtime: str, change: dict[str, object], says: str
) -> None:
    """Every runtime says which word it is, and what to do; nothing is made before."""
    process = attrs.evolve(GOOD, **change)
    with pytest.raises(PluginCrash, match=says) as told:
        Plugins().runtime(runtime).run(AGENT, process, Kept(), StopSignal())
    assert "standard input or in a file" in str(told.value)


def test_a_grader_s_command_is_the_task_s_mistake() -> None:
    """It is no adapter that made it."""
    with pytest.raises(GraderError, match="a command of the task cannot be started: argument 0"):
        check_startable(attrs.evolve(AGENT, role="grader"), attrs.evolve(GOOD, argv=("a\0",)))


def test_what_may_be_started_is_not_refused() -> None:
    """The longest argument, a name that is no UTF-8, nearly all that is taken together: it starts."""
    process = attrs.evolve(GOOD, argv=("printf", "%s", "\udcff", *[LONGEST] * 13), env={"A": LONGEST[2:]})
    check_startable(AGENT, process)
    kept = Kept()
    found = supervise(process, {"PATH": "/usr/bin:/bin"}, kept, StopSignal())
    assert found.exit_code == 0 and kept.stdout == b"\xff" + LONGEST.encode() * 13


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"argv": ("true", "a\0b")}, "cannot start true: ValueError: embedded null byte"),
        ({"argv": ("true", LONGEST * 2)}, "cannot start true: Argument list too long"),
        ({"argv": ("\ud800",)}, r"cannot start \\ud800: UnicodeEncodeError"),
        ({"cwd": "/no/such"}, "cannot start directory /no/such: No such file"),
        ({"cwd": "/\0"}, "embedded null byte"),
        ({"stdin": "/no/such"}, "cannot start standard input /no/such: No such file"),
        ({"env": {"A=B": "1"}}, "ValueError: illegal environment variable name"),
    ],
)
def test_a_failure_before_the_program_s_first_step_is_no_end_of_it(
    change: dict[str, object], says: str
) -> None:
    """The supervisor says what failed; an exit code would be taken for the program's own."""
    with pytest.raises(SandboxError, match=says):
        supervise(attrs.evolve(GOOD, **change), {"PATH": "/usr/bin:/bin"}, Kept(), StopSignal())


class Long(Puppet):
    """Gives its prompt as an argument, however long it is."""

    def launch(self, job: object) -> Launch:
        launch = super().launch(job)  # type: ignore[arg-type]
        return attrs.evolve(launch, argv=(*launch.argv, "x" * 140_000))


def test_a_cell_whose_launch_is_too_long_is_infrastructure(tmp_path: Path) -> None:
    """The outcome is the plugin's, with the argument's number and size in its reason."""
    _, result = play(tmp_path, "", adapter=Long("call()"))
    assert (result.outcome, "argv[2] is one that is 140,000 bytes" in (result.why or "")) == (
        "infra_plugin",
        True,
    )
