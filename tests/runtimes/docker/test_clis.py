"""The CLIs that are proven by `Behaves`, inside the seal: the oracle passes, null fails."""

from __future__ import annotations

import pytest

from tests import prove
from tests.conftest import Cab
from tests.support.often import rows

CLIS = ("codex", "claude", "gemini", "qwen", "cline", "continue", "mini-swe-agent", "pi", "kilo")
RIGHT = {"oracle": "passed", "null": "failed"}
OFTEN: list[tuple[str, str]] = []  # the matrix below runs two of them


@pytest.mark.slow
@pytest.mark.timeout(600)  # an image is made first, beside other tests
@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("row", rows([(tui, model) for tui in CLIS for model in RIGHT], OFTEN))
def test_a_scripted_model_works_through_the_cli_in_the_seal(cab: Cab, row: tuple[str, str]) -> None:
    """Its tool calls come and go through the gateway alone; what the CLI counts is what the wire showed."""
    (tui, model), cab.timeout_s = row, 500
    asked = ("--tui", tui, "--model", f"scripted:{model}", "--task", "mutations/py-stock-reorder")
    cell = cab.json("run-cell", *asked, "--runtime", "docker", "--json")
    assert (cell["outcome"], cell["notes"]) == (RIGHT[model], []), cell["why"]
    assert cell["cell"]["network"] == "gateway" and cell["execution"]["exit_code"] == 0
    assert cell["scores"]["blast_radius"]["values"]["added"] == []
    assert (cell["claim"]["prompt"], cell["claim"]["completion"]) == (
        cell["tokens"]["prompt"],
        cell["tokens"]["completion"],
    )


@pytest.mark.slow
@pytest.mark.timeout(600)  # as above
@pytest.mark.usefixtures("engine")
def test_a_matrix_is_complete_and_the_same_command_does_nothing(cab: Cab) -> None:
    """Of several CLIs, models and attempts every cell is there once, and ends as it must (`make prove`: all tasks)."""
    assert prove.matrix(cab.cwd, ("codex", "claude"), "mutations/py-stock-reorder") is None
