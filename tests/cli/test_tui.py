"""`cab tui versions`, and NAME@latest."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cab_core import __version__
from cab_core.records.calibration import Calibration
from cab_core.store.calibrations import record_path, write_record
from tests.conftest import Cab

NPM = """#!/bin/sh
[ "$1" = view ] || exit 9
echo '{"dist-tags": {"latest": "9.1"}, "versions": ["1.0.102", "8.0", "8.1", "8.2", "8.3", "9.0", "9.1"]}'
"""


@pytest.fixture
def npm(cab: Cab) -> None:
    """Let the command find an npm that tells of seven versions."""
    (cab.cwd / "bin").mkdir()
    (cab.cwd / "bin/npm").write_text(NPM)
    (cab.cwd / "bin/npm").chmod(0o755)
    cab.env |= {"PATH": f"{cab.cwd}/bin{os.pathsep}{cab.env['PATH']}", "CAB_CACHE": str(cab.cwd / "cache")}


@pytest.mark.usefixtures("npm")
def test_versions_are_told_with_what_is_known_of_them(cab: Cab) -> None:
    """The newest five, and the default, which is older; what was calibrated here is said."""
    runs = cab.cwd / "runs"
    said = {
        "cab": __version__,
        "tui": "copilot",
        "reported": None,
        "adapter": "a",
        "at": "2026-01-01",
        "planned": 0,
    }
    record = write_record(runs, Calibration(version="8.2", runtime="bwrap", **said))
    write_record(
        runs, Calibration(version="8.3", runtime="bwrap", **{**said, "planned": 1})
    )  # not all was run
    assert record == record_path(runs, "copilot", "8.2", "bwrap") and __version__ in record.name
    rows = cab.json("tui", "versions", "copilot", "--json")
    assert [r["version"] for r in rows] == ["9.1", "9.0", "8.3", "8.2", "8.1", "1.0.102"]
    assert (rows[0]["is"], rows[-1]["is"]) == (["latest"], ["the default"])
    assert [r["calibrated"] for r in rows] == [[], [], [], ["bwrap"], [], []]
    assert all(r["installed"] is None for r in rows)
    assert len(cab.json("tui", "versions", "copilot", "--json", "--all")) == 7
    assert "9.1" in cab("tui", "versions", "copilot").stdout


@pytest.mark.usefixtures("npm")
def test_latest_is_a_version_before_anything_is_planned(cab: Cab, tmp_path: Path) -> None:
    """So it is that version's cell, and another when the registry has a newer one; here it cannot be installed."""
    chosen = ("--tui", "copilot@latest", "--model", "scripted:null", "--task", "mutations/py-lru-cache")
    done = cab("run", *chosen)
    assert done.returncode != 0 and "@github/copilot@9.1" in done.stderr + done.stdout
    assert "@latest" not in done.stderr + done.stdout


def test_a_cli_that_is_not_known_is_told(cab: Cab) -> None:
    """With the names that are."""
    done = cab("tui", "versions", "nope")
    assert done.returncode == 2 and "unknown CLI 'nope'" in done.stderr
