"""The fixtures that pytest finds where cab is installed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from cab_core.gateway.models import Model
from cab_core.records import Harvest
from cab_core.testing import CellRunner, Endpoint, ScriptAdapter

MENDS = 'call()\nopen("a.txt", "w").write("good")\n'


def test_a_cell_of_a_test_s_own_adapter_runs(
    run_cell: CellRunner, scripted_model: Callable[[str], Model]
) -> None:
    """What is read back is the record that was written; the model may be said in either way."""
    adapter = ScriptAdapter(MENDS, Harvest(final_message="done", finished=True))
    ran = run_cell(adapter, scripted_model("null"))
    assert (ran.record.outcome, ran.record.cell.tui) == ("passed", "script"), ran.record.why
    assert (ran.directory / "changes.patch").read_text().endswith("+good\n\\ No newline at end of file\n")


def test_without_an_adapter_a_small_agent_carries_out_what_the_model_says(run_cell: CellRunner) -> None:
    """So that a test of a scorer or a runtime needs no CLI."""
    passed, failed = (run_cell(model=model).record for model in ("scripted:oracle", "scripted:null"))
    assert (passed.outcome, failed.outcome) == ("passed", "failed"), (passed.why, failed.why)
    assert passed.cell.task == "tiny/one" and passed.tokens.prompt


def test_an_endpoint_keeps_what_it_is_asked(run_cell: CellRunner, cab_endpoint: Endpoint) -> None:
    """Through the gateway of a cell, with the endpoint's key."""
    model = Model(id="m", endpoint=cab_endpoint.url, key="sk-0123456789")
    assert run_cell(model=model).record.outcome == "failed"
    [request] = cab_endpoint.requests
    assert request["tools"][0]["function"]["name"] == "bash"
    assert cab_endpoint.headers[0]["authorization"] == "Bearer sk-0123456789"


def test_pytest_starts_without_what_the_fixtures_need(tmp_path: Path) -> None:
    """The plugin is loaded in every run of pytest in an environment that has cab."""
    code = (
        "import sys, pytest\nbefore = set(sys.modules)\nimport cab_core.testing.fixtures\n"
        "print(sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['cab_core', 'cab_core.testing', 'cab_core.testing.fixtures']"


def test_cab_works_without_pytest() -> None:
    """The kit is imported by nothing of cab, and its own package needs no pytest before a class is asked for."""
    code = (
        "import sys\nsys.modules['pytest'] = None\nimport cab_core.testing\nfrom cab_core.cli import main\n"
        "sys.exit(main(['plugins', 'check', 'latency']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "scorer latency: no faults" in done.stdout, done.stderr
