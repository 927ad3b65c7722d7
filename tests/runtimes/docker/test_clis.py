"""The CLIs that speak other protocols than chat completions, inside the seal."""

from __future__ import annotations

import pytest

from tests.conftest import Cab


@pytest.mark.slow
@pytest.mark.timeout(240)  # beside another worker's tests
@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("tui", ["codex", "claude", "gemini", "qwen", "cline", "continue"])
def test_a_scripted_model_works_through_the_cli_in_the_seal(cab: Cab, tui: str) -> None:
    """Its tool calls come and go through the gateway alone; what the CLI counts is what the wire showed."""
    asked = ("--tui", tui, "--model", "scripted:oracle", "--task", "mutations/py-stock-reorder")
    cell = cab.json("run-cell", *asked, "--runtime", "docker", "--json")
    assert (cell["outcome"], cell["notes"]) == ("passed", []), cell["why"]
    assert cell["cell"]["network"] == "gateway" and cell["execution"]["exit_code"] == 0
    assert cell["scores"]["blast_radius"]["values"]["added"] == []
    assert (cell["claim"]["prompt"], cell["claim"]["completion"]) == (
        cell["tokens"]["prompt"],
        cell["tokens"]["completion"],
    )
