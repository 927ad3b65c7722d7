"""No CLI is charged with what its endpoint did, and each with what it sent, whatever it does about it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cab_core.gateway import relay
from cab_core.records import Installation
from tests.adapters.odd_matrix import NAMES, TUIS, allowed, cell
from tests.support.often import rows

# Two that every CLI gives up at quickly, and that are not the endpoint's fault; the others before a release.
OFTEN = ("context openai", "messages")


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize("tui", TUIS)
@pytest.mark.parametrize("name", rows(NAMES, OFTEN))
def test_outcome(
    tmp_path: Path,
    installed: Callable[[str], Installation],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    tui: str,
) -> None:
    """Nobody's where no model answered; the context's and the agent's where the endpoint refused what was sent."""
    monkeypatch.setattr(relay, "BACKOFF_S", 0.01)
    result = cell(tmp_path, tui, installed(tui), name)
    assert result.outcome in allowed(name), result.why
    if name == "an answer without end":
        assert "events" in result.why and (result.tokens.at_least or 0) > 1
