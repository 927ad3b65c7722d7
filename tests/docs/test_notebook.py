"""The page on results in a notebook: its commands, its pandas and its SQL, on two cells."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Cab
from tests.docs.test_how_to import blocks
from tests.site.made import Made

PAGE = "results-in-a-notebook.md"


@pytest.fixture
def exported(cab: Cab) -> Cab:
    """Every command of the page, as it is typed there."""
    Made().write(cab.cwd / "runs")
    Made(task="mutations/two", outcome="failed").write(cab.cwd / "runs")
    Made(task="mutations/three", outcome="infra_upstream", tokens=None).write(cab.cwd / "runs")
    for line in "".join(blocks(PAGE)).splitlines():
        done = cab(*shlex.split(line)[1:])
        assert done.returncode == 0, (line, done.stderr)
    return cab


def test_the_page_does_what_it_says(exported: Cab, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rate over the cells that have one; the one without a verdict counts in neither tool."""
    import duckdb

    [code], [query] = blocks(PAGE, "python"), blocks(PAGE, "sql")
    monkeypatch.chdir(exported.cwd)
    assert duckdb.sql(query).fetchall() == [("aider", "acme/coder-1", 0.5, 2)]
    assert duckdb.sql("SELECT count(*) FROM 'cells.csv'").fetchall() == [(3,)]
    (exported.cwd / "read.py").write_text(code)
    done = subprocess.run([sys.executable, "read.py"], capture_output=True, text=True, check=True)
    assert done.stdout.split()[-4:] == ["aider", "acme/coder-1", "0.5", "2"]
    assert len(list(Path("trajectories").rglob("trajectory.json"))) == 3
