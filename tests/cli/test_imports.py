"""What a command does not need, it does not import: that is most of what a short one costs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.cold_start import install_nil

HEAVY = {"aiohttp", "docker", "jsonschema", "opentelemetry", "jinja2"}
_RUN = """
import sys
from cab_core.cli import main
try:
    main(sys.argv[1:])
finally:
    print(*sys.modules, file=sys.stderr)
"""


def _imported(argv: list[str], cwd: Path, env: dict[str, str] | None = None) -> set[str]:
    """Return the modules that a command has loaded when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", _RUN, *argv], cwd=cwd, capture_output=True, text=True, check=True, env=env
    )
    return set(done.stderr.split())


@pytest.mark.parametrize(
    ("argv", "unneeded"),
    [
        (["--help"], HEAVY | {"click", "attr", "rich"}),
        (["run", "--help"], HEAVY | {"rich"}),
        (["run-cell", "--help"], HEAVY | {"rich"}),
        (["tasks", "list"], HEAVY | {"rich"}),
        (["results", "--runs", "."], HEAVY | {"rich"}),
        (["schema", "cell"], HEAVY),
    ],
)
def test_a_command_imports_what_it_needs(argv: list[str], unneeded: set[str], tmp_path: Path) -> None:
    """Neither the server nor the engine's client, nor the pages, where nothing is run or built."""
    assert not unneeded & {name.partition(".")[0] for name in _imported(argv, tmp_path)}


def test_a_cell_waits_for_no_server() -> None:
    """What serves is imported by the gateway's thread, while the first sandbox is made."""
    code = (
        "import sys, cab_core.cli.session, cab_core.run.cell, cab_core.gateway.server, cab_core.run.upstreams\n"
        "print('aiohttp' in sys.modules, 'cab_core.stats.comparison' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_where_all_is_done_nothing_is_served(tmp_path: Path) -> None:
    """To go on with a sweep that has ended takes neither the server nor the libraries behind it."""
    env = install_nil(tmp_path / "site")
    argv = ["run", "--tui", "nil", "--model", "scripted:null", "--task", "mutations/py-lru-cache"]
    first, again = (_imported(argv, tmp_path, env) for _ in range(2))
    assert {"aiohttp", "cab_core.gateway.server"} <= first
    assert not {"aiohttp", "cab_core.gateway.server", "cab_core.run.cell"} & again
    assert not {"rich.console", "yaml"} & first  # which draw on a terminal, and read a skill


@pytest.mark.parametrize("command", ["run", "run-cell"])
def test_help_waits_for_no_record_and_no_plugin(command: str, tmp_path: Path) -> None:
    """It takes the words of the command line: of this package its declarations, of other people's click."""
    found = _imported([command, "--help"], tmp_path)
    ours = {name for name in found if name.startswith("cab_core") and not name.startswith("cab_core.cli")}
    assert ours == {"cab_core", "cab_core.defaults", "cab_core.distance", "cab_core.errors"}
    assert not {"attr", "cattrs", "pluggy", "rich", "importlib.metadata", "asyncio", *HEAVY} & found
