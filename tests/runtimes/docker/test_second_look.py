"""The second look in containers, each command in one of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from cab_core.plugins.registry import Plugins
from tests.support.cheats import CHEATS, unsolved
from tests.support.cheats.sets import imported
from tests.support.cheats.trying import judged


@pytest.mark.prove
def test_a_cheat_is_seen_and_an_honest_solution_is_not_accused(tmp_path: Path, engine: object) -> None:
    """As on this machine: what the tests accept, what they reject, and what leaned on changed tests."""
    task, runtime = imported(tmp_path / "set", "python"), Plugins().runtime("docker")
    honest = {f.path: Path(f.source).read_text() for f in task.section("solution")}
    cheats = {
        kind: CHEATS["python"][kind](unsolved(task)) for kind in ("a report forged at exit", "edited tests")
    }
    found = {
        kind: judged(task, files, tmp_path / kind, runtime) for kind, files in {"": honest, **cheats}.items()
    }
    assert {k: (g.passed, g.contradicted, g.passes_as_it_stands) for k, g in found.items()} == {
        "": (True, "rejected", None),
        "a report forged at exit": (False, "passed", None),
        "edited tests": (False, None, True),
    }
