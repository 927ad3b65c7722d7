"""What ends a command is told in a line, with the exit code that the docs name, whatever takes the output."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import CAB, Cab

INTERRUPTED = """
import sys
from cab_core.cli import main

class Once:
    def find_spec(self, name, *_):
        if name == sys.argv[1]:
            sys.meta_path.remove(self)
            raise KeyboardInterrupt

sys.meta_path.insert(0, Once())
main(["tasks", "list"])
"""
each_way = pytest.mark.parametrize("unbuffered", ["", "1"])
each_command = pytest.mark.parametrize(
    ("argv", "code"),
    [(["--help"], 1), (["--version"], 1), (["schema", "cell"], 1), (["tasks", "list", "--json"], 1),
     (["run", "--help"], 1), (["nope"], 2), (["nope", "--json"], 2)],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)  # fmt: skip


def ended(cab: Cab, argv: list[str], unbuffered: str, stdout: int, stderr: int) -> tuple[int, str]:
    """Run a command with these outputs; return its exit code and what it said in a pipe."""
    done = subprocess.run(
        [CAB, *argv], cwd=cab.cwd, env={**cab.env, "PYTHONUNBUFFERED": unbuffered}, check=False,
        stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, text=True,
    )  # fmt: skip
    return done.returncode, done.stderr or ""


@each_way
@each_command
def test_a_reader_that_has_gone(cab: Cab, argv: list[str], code: int, unbuffered: str) -> None:
    """`| head -1`: no traceback, and nothing that Python says when it ends; a mistake is told where errors go."""
    there, here = os.pipe()
    os.close(there)
    found, said = ended(cab, argv, unbuffered, here, subprocess.PIPE)
    os.close(here)
    assert (found, said) == (code, "cab: unknown command 'nope'\n" if "nope" in argv else "")


@each_way
@each_command
def test_an_output_that_is_full(cab: Cab, argv: list[str], code: int, unbuffered: str) -> None:
    """One line where errors go, also in place of JSON; the same code where that takes nothing, too."""
    full = os.open("/dev/full", os.O_WRONLY)
    found, said = ended(cab, argv, unbuffered, full, subprocess.PIPE)
    assert (found, said.count("\n")) == (code, 1)
    assert ended(cab, argv, unbuffered, full, full) == (code, "")
    os.close(full)


@pytest.mark.parametrize("module", ["click", "cab_core.errors", "cab_core.cli.signals", "cab_core.cli.tasks"])
def test_an_interrupt_while_cab_is_still_being_read(tmp_path: Path, module: str) -> None:
    """Ctrl-C in the first moments is told as at any other."""
    argv = [sys.executable, "-c", INTERRUPTED, module]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)
    # Click begins a new line behind the terminal's ^C.
    assert (done.returncode, done.stdout, done.stderr.strip()) == (130, "", "cab: interrupted")
