"""A program that is not in the sandbox is its adapter's mistake, in every runtime."""

from __future__ import annotations

import shutil
from pathlib import Path

import attrs
import pytest

from cab_core import Job, Launch
from tests.support.puppet import Puppet, play

SEALED = pytest.param(
    "bwrap", marks=pytest.mark.skipif(shutil.which("bwrap") is None, reason="bwrap is missing")
)


class Started(Puppet):
    """Starts what a test says."""

    words: tuple[str, ...] = ("cab-no-such-cli", "--yes")

    def launch(self, job: Job) -> Launch:
        return attrs.evolve(super().launch(job), argv=self.words)


@pytest.mark.parametrize("runtime", ["local", SEALED])
@pytest.mark.parametrize("program", ["cab-no-such-cli", "/etc/hostname"], ids=["missing", "no program"])
def test_a_program_that_is_not_there_is_the_adapter_s_mistake(
    tmp_path: Path, runtime: str, program: str
) -> None:
    """Plugin, program and the line of `launch` are named; the sandbox is not blamed."""
    adapter = Started("")
    adapter.words = (program,)
    _, result = play(tmp_path, "", adapter=adapter, runtime_name=runtime)
    assert result.outcome == "infra_plugin", result.why
    assert "plugin tests:puppet@1: CLI 'puppet': launch() names a program" in result.why
    assert program in result.why and "test_started.py:" in result.why


@pytest.mark.parametrize("runtime", ["local", SEALED])
def test_a_cli_that_exits_like_a_shell_did_start(tmp_path: Path, runtime: str) -> None:
    """127 is the CLI's own exit code where it says something else, and where it has called the model."""
    quiet = Puppet("print('exec: nothing: not found'); sys.exit(127)")

    _, told = play(tmp_path / "a", "", adapter=quiet, runtime_name=runtime)
    _, called = play(
        tmp_path / "b", "call(); print('exec: python3: not found'); sys.exit(127)", runtime_name=runtime
    )
    assert (told.outcome, called.outcome) == ("no_model_calls", "agent_crashed"), (told.why, called.why)
