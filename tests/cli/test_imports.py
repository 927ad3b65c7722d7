"""What a command does not need, it does not import: that is most of what a short one costs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"aiohttp", "docker", "jsonschema", "opentelemetry", "jinja2"}
_RUN = """
import sys
from cab_core.cli import main
try:
    main(sys.argv[1:])
finally:
    print(*{name.partition(".")[0] for name in sys.modules}, file=sys.stderr)
"""


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
    done = subprocess.run(
        [sys.executable, "-c", _RUN, *argv], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert not unneeded & set(done.stderr.split())
