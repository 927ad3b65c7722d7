"""Cells of scripted models are in no figure about models, unless they are asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cab_core.cli import compare, export, results
from cab_core.errors import UserError
from tests.site.made import Made

SCRIPTED: dict[str, Any] = {
    "model": "scripted:null",
    "marks": ("scripted", "provisional"),
    "outcome": "failed",
}


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """A model through two CLIs at two tasks, and a script through them at five; a CLI that only a script ran."""
    root = tmp_path / "runs"
    for tui in ("aider", "opencode"):
        for i in range(2):
            Made(tui=tui, task=f"p/{i}").write(root)
        for i in range(5):
            Made(tui=tui, task=f"p/{i}", **SCRIPTED).write(root)
    Made(tui="copilot", task="p/0", **SCRIPTED).write(root)
    return root


def call(command: object, runs: Path, *args: str) -> Result:
    """Run a command; it must end well."""
    done = CliRunner().invoke(command, [*args, "--runs", str(runs)], catch_exceptions=False)  # type: ignore[arg-type]
    assert done.exit_code == 0, done.output
    return done


def test_results_leave_scripted_cells_out(runs: Path) -> None:
    """Of the table, of the rates and of both JSON documents, and say how many."""
    printed = call(results.command, runs).stdout
    assert "scripted:" not in printed and "11 cells of scripted models left out; --scripted" in printed
    for args in ((), ("--summary",)):
        done = call(results.command, runs, "--json", *args)
        assert {row["model"] for row in json.loads(done.stdout)} == {"acme/coder-1"}
        assert "11 cells of scripted models" in done.stderr


def test_scripted_takes_them_in_and_marks_them(runs: Path) -> None:
    """In table and JSON."""
    rows = json.loads(call(results.command, runs, "--json", "--scripted").stdout)
    assert sum("scripted" in row["marks"] for row in rows) == 11
    printed = call(results.command, runs, "--scripted").stdout
    assert "scripted:null (provisional, scripted)" in printed and "left out;" not in printed


def test_a_comparison_is_of_models(runs: Path) -> None:
    """Two CLIs that both solved two of two are equal, and are held against each other on these two."""
    done = call(compare.command, runs, "tui=aider", "tui=opencode", "--json")
    found = json.loads(done.stdout)
    assert (found["tasks"], found["rate_a"], found["marks"]) == (2, 1.0, [])
    assert "10 cells of scripted models left out" in done.stderr
    found = json.loads(
        call(compare.command, runs, "tui=aider", "tui=opencode", "--json", "--scripted").stdout
    )
    assert (found["tasks"], found["marks"]) == (5, ["provisional", "scripted"])


def test_a_side_of_scripted_cells_alone_says_how_to_have_them(runs: Path) -> None:
    """It is not as if nothing were there."""
    with pytest.raises(
        UserError, match=r"tui=copilot \(scripted models are left out; --scripted takes them in\)"
    ):
        call(compare.command, runs, "tui=aider", "tui=copilot")


def test_results_of_scripted_cells_alone_say_so(tmp_path: Path) -> None:
    """As after `make demo`: no error, and how to see them."""
    Made(**SCRIPTED).write(tmp_path)
    printed = call(results.command, tmp_path).stdout
    assert "no finished cell of a model" in printed and "1 cell of scripted models left out" in printed
    assert json.loads(call(results.command, tmp_path, "--json").stdout) == []
    assert call(results.command, tmp_path, "--sweep-id", "made").stdout == printed


def test_an_export_is_of_models(runs: Path, tmp_path: Path) -> None:
    """A trajectory of a script is no model's."""
    printed = call(export.command, runs, "--atif", "-o", str(tmp_path / "out")).stdout
    assert "4 trajectories" in printed and "11 cells of scripted models left out" in printed
    assert (
        "15 trajectories"
        in call(export.command, runs, "--atif", "-o", str(tmp_path / "all"), "--scripted").stdout
    )
