"""What runs beside the cells, hooks and the delivery of spans, neither holds up a run nor changes its end."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Cab
from tests.support.tiny import PLUGIN

HOOK = """
import os, sys, threading
from cab_core import hookimpl
@hookimpl
def cab_cell_finished(result, directory):
    {does}
"""
RUN = (
    "run",
    "--tui",
    "tiny",
    "--model",
    "scripted:null",
    "--task",
    "mutations/py-lru-cache",
    "--attempts",
    "3",
)


@pytest.fixture
def with_plugins(cab: Cab, distribution: Callable[..., str]) -> Callable[..., Cab]:
    """Return the command `cab`, which knows the CLI `tiny` and plugins with a hook of which this is the body."""

    def make(**hooks: str) -> Cab:
        cab.alone()
        cab.find_plugins(distribution("cab-tiny", PLUGIN))
        for name, does in hooks.items():
            distribution(f"cab-{name}", HOOK.format(does=does))
        return cab

    return make


def test_hooks_that_hang_and_exit_beside_one_that_is_well(with_plugins: Callable[..., Cab]) -> None:
    """The run ends with its own exit code, names who hung and who exited, and the third plugin saw every cell."""
    cab = with_plugins(
        hangs="threading.Event().wait()",
        leaves="sys.exit(7)",
        well="open('seen', 'a').write(directory.name)",
    )
    done = cab(*RUN)  # which is given minutes: the hook hangs for ever
    assert done.returncode == 0
    text = " ".join(done.stderr.split())
    assert text.count("cab_cell_finished() has not returned") == 1
    assert "cab-hangs:cab_hangs: cab_cell_finished() has not returned" in text
    assert "2 events did not reach it" in text
    assert text.count("cab-leaves:cab_leaves: cab_cell_finished() raised SystemExit: 7") == 3
    assert (cab.cwd / "seen").read_text() == "111"


def test_a_dead_collector_of_spans(with_plugins: Callable[..., Cab]) -> None:
    """Nobody listens there: the cells are as ever, one warning says what was lost, and nothing else is printed."""
    cab = with_plugins()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
        start = time.monotonic()
        done = cab(*RUN, OTEL_EXPORTER_OTLP_ENDPOINT=address)
    assert done.returncode == 0 and time.monotonic() - start < 60
    spans = [p.read_text().count("\n") for p in cab.cwd.rglob("spans.jsonl")]
    text = " ".join(done.stderr.split())
    assert len(spans) == 3 and f"{sum(spans)} of {sum(spans)} spans were not delivered" in text
    assert text.count("warning") == 1 and "retry" not in text.lower() and "Traceback" not in text


SWEEP_ENDS = """
from pathlib import Path
from cab_core import hookimpl
@hookimpl
def cab_sweep_finished(sweep_id, results):
    Path("told").write_text(f"{sweep_id} {sorted(r.cell.attempt for r in results)}")
"""


def test_the_end_of_a_sweep_is_told_with_all_of_its_results(
    with_plugins: Callable[..., Cab], distribution: Callable[..., str]
) -> None:
    """Also those that were done before."""
    cab = with_plugins()
    distribution("cab-ends", SWEEP_ENDS)
    assert cab(*RUN, "--attempts", "2").returncode == 0
    assert cab(*RUN, "--attempts", "3").returncode == 0
    assert (cab.cwd / "told").read_text() == "local [1, 2, 3]"


def without_space(text: str) -> str:
    """Return a text without the breaks that the width of a terminal made in it, also within a path."""
    return "".join(text.split())


def test_what_is_left_of_a_sweep_is_told_at_its_end(with_plugins: Callable[..., Cab], tmp_path: Path) -> None:
    """A scratch directory that could not be removed, and how it goes later."""
    cab = with_plugins()
    script = "call(); import subprocess; open('x', 'w'); subprocess.run(['chattr', '+i', 'x'], check=True)"
    done = cab(*RUN, "--attempts", "1", SCRIPT=script)
    [left] = (tmp_path / "tmp").iterdir()
    try:
        expected = f"{left} could not be removed: something in it cannot be removed; `cab clean` tries again"
        assert without_space(expected) in without_space(done.stderr), done.stderr
        assert cab("clean").returncode == 1 and left.exists()
    finally:
        subprocess.run(["chattr", "-i", str(left / "sandbox/work/x")], check=True)
    assert cab("clean").returncode == 0 and not left.exists()
