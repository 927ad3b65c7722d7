"""Each CLI at an endpoint that fails in each of eleven ways: the right end, told and counted, after few calls."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cab_core.gateway import relay
from cab_core.records import Installation
from tests.adapters.fault_matrix import FAULTS, cell, wrong
from tests.support.clis import CLIS
from tests.support.often import rows

NAMES = [(tui, name) for tui in CLIS for name in FAULTS]
# Of CLIs that start fast; the others before a release.
OFTEN = {("codex", "429 then fine"), ("claude", "dropped stream"), ("pi", "unknown tool")}


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize("row", rows(NAMES, OFTEN))
def test_a_cell_ends_as_it_should(
    tmp_path: Path,
    installed: Callable[[str], Installation],
    monkeypatch: pytest.MonkeyPatch,
    row: tuple[str, str],
) -> None:
    """Its outcome, what is told, its tokens, unknown where nobody says, and at most eight calls at the endpoint."""
    monkeypatch.setattr(relay, "BACKOFF_S", 0.01)
    tui, name = row
    ended = cell(tmp_path, tui, installed(tui), FAULTS[name])
    assert wrong(FAULTS[name], ended) is None, (ended.result.outcome, ended.result.why, len(ended.reached))
