"""What runs beside the cells, hooks and the delivery of spans, neither holds up a run nor changes its end."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Cab

ROOT = str(Path(__file__).parents[2])
PLUGIN = f"""
import sys
sys.path.insert(0, {ROOT!r})
from cab_core import Registration, hookimpl
from tests.support.puppet import Puppet
class Tiny(Puppet):
    name = "tiny"
    def __init__(self):
        super().__init__("call()")
@hookimpl
def cab_adapters():
    return [Registration(name="tiny", summary="t", factory=Tiny)]
"""
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
        paths = [distribution("cab-tiny", PLUGIN), os.environ.get("PYTHONPATH", "")]
        for name, does in hooks.items():
            distribution(f"cab-{name}", HOOK.format(does=does))
        cab.env["PYTHONPATH"] = os.pathsep.join(p for p in paths if p)
        return cab

    return make


def test_hooks_that_hang_and_exit_beside_one_that_is_well(with_plugins: Callable[..., Cab]) -> None:
    """The run ends with its own exit code, names who hung and who exited, and the third plugin saw every cell."""
    cab = with_plugins(
        hangs="threading.Event().wait()",
        leaves="sys.exit(7)",
        well="open('seen', 'a').write(directory.name)",
    )
    start = time.monotonic()
    done = cab(*RUN)
    assert done.returncode == 0 and time.monotonic() - start < 30
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
    assert done.returncode == 0 and time.monotonic() - start < 15
    spans = [p.read_text().count("\n") for p in cab.cwd.rglob("spans.jsonl")]
    text = " ".join(done.stderr.split())
    assert len(spans) == 3 and f"{sum(spans)} of {sum(spans)} spans were not delivered" in text
    assert text.count("warning") == 1 and "retry" not in text.lower() and "Traceback" not in text
