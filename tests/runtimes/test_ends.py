"""How a program ended is told alike by every runtime: an exit code is one, whatever its number; so is a signal."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cab_core.records import CellResult
from tests.support.puppet import play

Play = Callable[..., tuple[Path, CellResult]]
BY_EXIT = [0, 1, 127, 128, 130, 137, 139, 255]
BY_SIGNAL = [2, 6, 9, 11, 13, 15]


@pytest.fixture(params=["local", "bwrap"])
def contained(request: pytest.FixtureRequest, tmp_path: Path) -> Play:
    """Run one cell with a puppet in a runtime of this machine; docker's have a place of their own."""
    if request.param == "bwrap" and not all(map(shutil.which, ("bwrap", "socat"))):
        pytest.skip("bwrap or socat missing")
    return functools.partial(play, tmp_path, runtime_name=request.param)


def ended(contained: Play, script: str) -> tuple[int | None, int | None]:
    """Return the exit code and the signal of a cell's CLI."""
    _, result = contained(script)
    assert result.execution is not None
    return result.execution.exit_code, result.execution.signal


@pytest.mark.parametrize("code", BY_EXIT)
def test_an_exit_code_is_told_as_it_is(contained: Play, code: int) -> None:
    """Above 128 too: no signal is made of it."""
    assert ended(contained, f"call(); os._exit({code})") == (code, None)


@pytest.mark.parametrize("number", BY_SIGNAL)
def test_a_signal_is_told_as_one(contained: Play, number: int) -> None:
    """Also where an init says 128+N of it."""
    assert ended(contained, by_signal(number)) == (None, number)


def by_signal(number: int) -> str:
    """Return a script that a signal ends: Python itself would catch some."""
    return f"""
import signal
call()
if {number} != signal.SIGKILL:
    signal.signal({number}, signal.SIG_DFL)
os.kill(os.getpid(), {number})
"""
