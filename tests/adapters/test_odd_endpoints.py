"""No CLI is charged with what its endpoint did, and each with what it sent, whatever it does about it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cab_core.gateway import relay
from cab_core.records import Installation
from tests.adapters.odd_matrix import SPOKEN, cases, cell, wrong
from tests.support.often import rows

NAMES = [(tui, name) for tui, protocol in SPOKEN.items() for name in cases(protocol)]
# Two that every CLI gives up at quickly, and that are not the endpoint's fault; the others before a release.
OFTEN = {
    *((tui, name) for tui in ("copilot", "pi") for name in ("context openai", "messages")),
    *((tui, name) for tui in ("codex", "claude", "gemini") for name in ("context, packed", "whole")),
}


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize("row", rows(NAMES, OFTEN))
def test_outcome(
    tmp_path: Path,
    installed: Callable[[str], Installation],
    monkeypatch: pytest.MonkeyPatch,
    row: tuple[str, str],
) -> None:
    """Nobody's where no model answered; the context's and the agent's where the endpoint refused what was sent."""
    monkeypatch.setattr(relay, "BACKOFF_S", 0.01)
    tui, name = row
    case = cases(SPOKEN[tui])[name]
    result, calls = cell(tmp_path, tui, installed(tui), case)
    assert wrong(case, result, calls) is None, (result.outcome, result.why)
    if name == "an answer without end":
        assert "events" in result.why and (result.tokens.at_least or 0) > 1
