"""Real sub-agents: what the conversation says of them, and the same run again from its record."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cab_core.conversation.read import read_conversation
from cab_core.plugins.registry import Plugins
from cab_core.records import Installation
from tests.conftest import Cab
from tests.support.delegating import HANDS, PARTS, Delegating
from tests.support.endpoint import KEY
from tests.support.often import rows


@pytest.mark.slow
@pytest.mark.parametrize("tui", rows(HANDS, often=("claude", "codex")))
def test_sub_agents_are_sides_and_play_again(
    cab: Cab, installed: Callable[[str], Installation], tui: str
) -> None:
    """Two at once, each of which makes a file: told apart from who sent them, and the same from the record."""
    installed(tui)
    with Delegating(tui).running() as endpoint:
        then = run(cab, tui, "then", "--model", "m", "--endpoint", endpoint.url, "--key-env", "K")
    said = read_conversation(then, Plugins().protocol)
    assert said is not None
    main, *sides = said[0].threads
    agents = [s for s in sides if s.begun_by == main.calls[0]]
    assert (len(agents), len(main.calls) + sum(len(s.calls) for s in sides)) == (PARTS, len(said[1]))
    now = run(cab, tui, "now", "--model", f"replay:{then}")
    assert (now / "changes.patch").read_bytes() == (then / "changes.patch").read_bytes() != b""
    assert asked(now) == asked(then)


def run(cab: Cab, tui: str, runs: str, *model: str) -> Path:
    """Run a cell; return its directory."""
    cell = cab.json(
        "run-cell",
        "--tui",
        tui,
        "--task",
        "mutations/py-stock-reorder",
        *model,
        "--runs",
        runs,
        "--json",
        K=KEY,
    )
    assert cell["outcome"] == "failed", cell["why"]  # the files are there, and what is wrong is not mended
    (found,) = (cab.cwd / runs).rglob("cell.json")
    return found.parent


def asked(cell: Path) -> list[Any]:
    """What each call took; those of sub-agents end in any order."""
    lines = (cell / "calls.jsonl").read_text().splitlines()
    return sorted(json.dumps(json.loads(line)["usage"]) for line in lines)
