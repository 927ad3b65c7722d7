"""Versions, runtimes and options side by side in one sweep, and why a cell is run anew: as a user types it."""

from __future__ import annotations

import json
import shutil
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cab

ROOT = str(Path(__file__).parents[2])
# Prints its version and its option; mends the task only where version and option are the right ones.
PLUGIN = f"""
import sys
sys.path.insert(0, {ROOT!r})
from cab_core import Recipe, Registration, hookimpl
from tests.support.puppet import FIX, Puppet
class Tiny(Puppet):
    name = "tiny"
    default_version = "2"
    options = {{"edit": {{"enum": ["whole", "diff"]}}}}
    def __init__(self): super().__init__("")
    def recipe(self, version): return Recipe(env={{"TINY": version}})
    def version_argv(self): return ["sh", "-c", "echo tiny $TINY"]
    def launch(self, job):
        self.script = (FIX if job.options.get("edit", "whole") == "whole" else "call()") + "\\nprint(os.environ['TINY'])"
        return super().launch(job)
@hookimpl
def cab_adapters():
    return [Registration(name="tiny", summary="t", factory=Tiny)]
"""
TASK = "mutations/py-stock-reorder"
RUN = ("run", "--model", "scripted:null", "--task", TASK)


@pytest.fixture
def tiny(cab: Cab, distribution: Callable[..., str], tmp_path: Path) -> Cab:
    """The command `cab`, which knows the CLI `tiny` in any version."""
    cab.find_plugins(distribution("cab-tiny", PLUGIN))
    cab.env["CAB_CACHE"] = str(tmp_path / "cache")
    return cab


def said(done: subprocess.CompletedProcess[str]) -> str:
    """Return what was said as one line: a log is wrapped."""
    return " ".join(done.stderr.split())


def cells(cab: Cab) -> list[dict[str, Any]]:
    """Return every cell.json of the runs directory."""
    return [json.loads(p.read_text()) for p in sorted((cab.cwd / "runs").rglob("cell.json"))]


def test_a_matrix_of_versions_runtimes_and_options(tiny: Cab) -> None:
    """Two of each are eight cells, each right; the lock file names them all; again, none is run."""
    args = (*RUN, "--tui", "tiny@1", "--tui", "tiny@2", "--runtime", "local", "--runtime", "bwrap")
    done = tiny(*args, "--option", "edit=whole", "--option", "edit=diff", "-j", "2")
    assert done.returncode == 0, done.stderr
    found = cells(tiny)
    facts = {(c["cell"]["tui_version"], c["cell"]["runtime"], c["cell"]["options"]["edit"]): c for c in found}
    assert len(found) == len(facts) == 8
    for (version, _, edit), cell in facts.items():
        assert cell["identity"]["cli_version"] == f"tiny {version}"
        assert cell["outcome"] == ("passed" if edit == "whole" else "failed"), cell["why"]
    lock = tomllib.loads((tiny.cwd / "runs/local/sweep.lock.toml").read_text())
    named = {(c["version"], c["runtime"], json.loads(c["options"])["edit"]) for c in lock["configurations"]}
    assert named == set(facts)
    again = tiny(*args, "--option", "edit=whole", "--option", "edit=diff")
    assert "8 of 8 cells: done before" in again.stderr and len(cells(tiny)) == 8


def test_each_cell_ran_what_it_says(tiny: Cab) -> None:
    """The log of a cell is that of its own version."""
    tiny(*RUN, "--tui", "tiny@1", "--tui", "tiny@2")
    for path in (tiny.cwd / "runs").rglob("cell.json"):
        version = json.loads(path.read_text())["cell"]["tui_version"]
        assert (path.parent / "stdout.log").read_text().split() == [version]


def test_a_sweep_file_says_the_same(tiny: Cab) -> None:
    """`runtimes` and `option_sets`; an option of all sets stands in `options`."""
    (tiny.cwd / "s.toml").write_text(
        f'tuis = ["tiny@1", "tiny@2"]\nmodels = ["scripted:null"]\ntasks = ["{TASK}"]\n'
        'runtimes = ["local", "bwrap"]\noption_sets = [{ edit = "whole" }, { edit = "diff" }]\n'
    )
    assert tiny("run", "s.toml", "-j", "2").returncode == 0
    assert len(cells(tiny)) == 8


def test_one_version_named_twice_is_one_cell(tiny: Cab) -> None:
    """The default version, and the same by its number: one cell, one row."""
    tiny(*RUN, "--tui", "tiny", "--tui", "tiny@2")
    assert len(cells(tiny)) == 1


def test_one_cell_has_one_value_of_an_option(tiny: Cab) -> None:
    """`run-cell` runs one: two values of a key are a mistake."""
    done = tiny("run-cell", *RUN[1:], "--tui", "tiny", "--option", "edit=whole", "--option", "edit=diff")
    assert done.returncode == 2 and "this is one cell" in said(done)


@pytest.mark.parametrize("bad", ["edit=nothing", "edti=whole"])
def test_each_value_is_held_against_the_schema(tiny: Cab, bad: str) -> None:
    """A wrong one among right ones is told before anything is run."""
    done = tiny(*RUN, "--tui", "tiny", "--option", "edit=whole", "--option", bad)
    assert done.returncode == 2 and "of tiny" in said(done)
    assert not (tiny.cwd / "runs" / "local").exists()


def test_why_a_cell_is_run_anew_is_told(tiny: Cab) -> None:
    """What it depends on has changed: which part, from what to what; the new try stands."""
    assert tiny(*RUN, "--tui", "tiny", "--wall", "60").returncode == 0
    done = tiny(*RUN, "--tui", "tiny", "--wall", "61.5")
    assert "1 cell is run anew: limits.wall_s was 60.0, is 61.5" in said(done)
    assert [c["cell"]["limits"]["wall_s"] for c in cells(tiny)] == [60, 61.5]
    assert "done before" in tiny(*RUN, "--tui", "tiny", "--wall", "61.50").stderr
    assert len(tiny.json("results", "--json", "--scripted")) == 1


def test_a_reason_of_many_cells_is_told_once(tiny: Cab) -> None:
    """With how many it is the reason for."""
    tiny(*RUN, "--tui", "tiny", "--attempts", "3", "-j", "2")
    done = tiny(*RUN, "--tui", "tiny", "--attempts", "3", "-j", "2", "--max-calls", "5")
    assert done.stderr.count("run anew") == 1
    assert "3 cells are run anew: limits.calls was 10000, is 5" in said(done)


def test_a_cell_that_failed_for_infrastructure_has_no_reason_to_tell(tiny: Cab) -> None:
    """It is run again because it has no verdict, not because anything changed."""
    tiny("run", "--model", "scripted:error", "--task", TASK, "--tui", "tiny")
    again = tiny("run", "--model", "scripted:error", "--task", TASK, "--tui", "tiny", "--wall", "60")
    assert "run anew" not in again.stderr


def test_a_cell_of_an_earlier_cab_is_read_and_run_anew(tiny: Cab) -> None:
    """In the old place, without its inputs: shown by `results`, never taken for done, and the reason is told."""
    assert tiny(*RUN, "--tui", "tiny").returncode == 0
    [cell] = (tiny.cwd / "runs").rglob("cell.json")
    attempt = cell.parent.parent
    assert attempt.parent.name == "@2-local-open"
    shutil.move(attempt, attempt.parent.parent / "1")
    attempt.parent.rmdir()
    old = attempt.parent.parent / "1" / "1"
    (old / "inputs.json").unlink()
    record = json.loads((old / "cell.json").read_text())
    (old / "cell.json").write_text(json.dumps({**record, "content_key": "0" * 64}))
    assert [r["outcome"] for r in tiny.json("results", "--json", "--scripted")] == ["passed"]
    done = tiny(*RUN, "--tui", "tiny")
    assert "1 cell is run anew: an earlier cab ran it, which kept no record of its inputs" in said(done)
    assert len(cells(tiny)) == 2 and len(tiny.json("results", "--json", "--scripted")) == 1
    assert "done before" in tiny(*RUN, "--tui", "tiny").stderr


def test_a_changed_plugin_is_told(tiny: Cab, tmp_path: Path) -> None:
    """The lock file is read: a plugin that is another one now than when the sweep was run last."""
    tiny(*RUN, "--tui", "tiny")
    [info] = (tmp_path / "third-party").glob("*.dist-info")
    info.rename(info.with_name("cab_tiny-1.1.dist-info"))
    metadata = info.with_name("cab_tiny-1.1.dist-info") / "METADATA"
    metadata.write_text(metadata.read_text().replace("Version: 1.0", "Version: 1.1"))
    done = tiny(*RUN, "--tui", "tiny")
    assert "plugin cab_tiny was cab-tiny 1.0, is cab-tiny 1.1" in said(done)
    assert 'cli.adapter was "cab-tiny:cab_tiny@1.0", is "cab-tiny:cab_tiny@1.1"' in said(done)


def test_what_is_changed_back_is_what_counts(tiny: Cab) -> None:
    """An experiment with another limit, and back: the run says `done before`, and every table agrees with it."""
    script = ("--option", "edit=whole")
    assert tiny(*RUN, "--tui", "tiny", *script).returncode == 0
    error = ("run", "--task", TASK, "--tui", "tiny", "--model", "scripted:null", "--wall", "0.001", *script)
    tiny(*error)
    assert [r["outcome"] for r in tiny.json("results", "--json", "--scripted")] != ["passed"]
    assert "done before" in tiny(*RUN, "--tui", "tiny", *script).stderr
    assert [r["outcome"] for r in tiny.json("results", "--json", "--scripted")] == ["passed"]
    tiny(*error)
    assert [r["outcome"] for r in tiny.json("results", "--json", "--scripted")] != ["passed"]
    tiny(*RUN, "--tui", "tiny", *script, "--fresh")
    assert [r["outcome"] for r in tiny.json("results", "--json", "--scripted")] == ["passed"]


def test_one_cell_is_the_attempt_that_is_said(tiny: Cab) -> None:
    """With the content key of that attempt of a sweep; and the sweep's plan is of no other."""
    tiny(*RUN, "--tui", "tiny", "--attempts", "2")
    [_, second] = cells(tiny)
    again = tiny.json("run-cell", *RUN[1:], "--tui", "tiny", "--attempt", "2", "--runs", "other", "--json")
    assert (again["cell"]["attempt"], again["content_key"]) == (2, second["content_key"])
    lock = tomllib.loads((tiny.cwd / "other/local/sweep.lock.toml").read_text())
    assert (lock["first_attempt"], lock["attempts"]) == (2, 1)
