"""Plugins that a `cab.toml` names: loaded where its directory is trusted, and nowhere else."""

from __future__ import annotations

import pytest

from tests.benchmarks.cold_start import NIL
from tests.conftest import Cab


@pytest.fixture
def named(cab: Cab) -> Cab:
    """A directory whose cab.toml names a plugin, which leaves a trace where its code is run."""
    (cab.cwd / "tools").mkdir()
    (cab.cwd / "tools/cab_own.py").write_text(f"open({str(cab.cwd / 'ran')!r}, 'w')\n{NIL}")
    (cab.cwd / "cab.toml").write_text('plugins = ["tools/cab_own.py"]\n')
    return cab


def test_in_a_trusted_directory_every_command_has_them(named: Cab) -> None:
    """By a path from the file, also for a command in a directory below it; given twice it is there once."""
    trust = str(named.cwd)
    rows = named.json("plugins", "list", "--json", CAB_TRUST=f"/elsewhere:{trust}")
    assert [row["name"] for row in rows if row["name"] == "nil"] == ["nil"]
    again = named.json("--plugin", "tools/cab_own.py", "plugins", "list", "--json", CAB_TRUST=trust)
    assert [row["status"] for row in again if row["name"] == "nil"] == ["ok"]
    named.cwd = named.cwd / "tools"
    done = named(
        "run", "--tui", "nil", "--model", "scripted:null", "--task", "mutations/py-lru-cache", CAB_TRUST=trust
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("trust", ["", "/elsewhere", ".."])
def test_elsewhere_no_code_is_run(named: Cab, trust: str) -> None:
    """A warning says what was left, and how; the command does its work. A parent's trust is not a child's."""
    done = named("plugins", "list", CAB_TRUST=trust)
    assert done.returncode == 0 and "nil" not in done.stdout.split() and not (named.cwd / "ran").exists()
    assert "names 1 plugin" in done.stderr and "CAB_TRUST=" in done.stderr


def test_a_path_that_leads_nowhere_is_told(named: Cab) -> None:
    """With the file that says it."""
    (named.cwd / "cab.toml").write_text('plugins = ["gone.py"]\n')
    done = named("plugins", "list", CAB_TRUST=str(named.cwd))
    assert done.returncode == 2 and "gone.py: no such file" in " ".join(done.stderr.split())
