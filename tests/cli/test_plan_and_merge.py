"""Planning before spending, grading again, shards and merging: the commands, as a user types them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cab_core.store.cells import Store
from tests.conftest import CAB, Cab
from tests.support.background import BATCH, Run
from tests.support.tiny import PLUGIN

PACK = Path(__file__).parents[2] / "task_packs/cab_tasks_mutations"
RUN = ("run", "--tui", "tiny", "--model", "scripted:null", "--task", "own/*", "--pack", "pack")
MENDS = """
call()
text = open("stock.py").read().replace('["stock"] < item', '["stock"] <= item')
open("stock.py", "w").write(text)
"""


@pytest.fixture
def tiny(cab: Cab, distribution: Callable[..., str]) -> Cab:
    """The command, with a CLI that mends the one task of a pack, which a test may change."""
    cab.find_plugins(distribution("cab-tiny", PLUGIN))
    cab.env["SCRIPT"] = MENDS
    cab.alone()
    shutil.copytree(PACK / "py-stock-reorder", cab.cwd / "pack/stock")
    (cab.cwd / "pack/pack.toml").write_text('schema_version = 1\nname = "own"\nversion = "1"\ntitle = "t"\n')
    return cab


def change_grader(cab: Cab) -> None:
    """Demand another result than any."""
    (cab.cwd / "pack/stock/tests/expected.txt").write_text("another\n")


def outcomes(cab: Cab, runs: str = "runs") -> list[tuple[str, int, str]]:
    """Return the verdicts."""
    rows = cab.json("results", "--json", "--scripted", "--runs", runs)
    return sorted((r["model"], r["attempt"], r["outcome"]) for r in rows)


def files(root: Path) -> dict[str, bytes]:
    """Return all files."""
    return {str(p): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def states(cab: Cab, *more: str) -> dict[str, int]:
    """Return how many cells are in which state, of those that are in any."""
    said = cab.json(*RUN, "--dry-run", "--json", *more)
    return {name: n for name, n in said["states"].items() if n}


def test_a_dry_run_says_what_a_run_does(tiny: Cab) -> None:
    """Every state with its reason; nothing is written, no model is called, and the run then does just that."""
    assert states(tiny, "--attempts", "2") == {"NEW": 2} and not (tiny.cwd / "runs").exists()
    assert tiny(*RUN).returncode == 0
    before = files(tiny.cwd / "runs")
    assert states(tiny, "--attempts", "2") == {"REUSE": 1, "NEW": 1}
    change_grader(tiny)
    assert states(tiny, "--attempts", "2") == {"REGRADE": 1, "NEW": 1}
    said = tiny.json(*RUN, "--dry-run", "--json", "--wall", "99")
    [cell] = said["cells"]
    assert cell["state"] == "RERUN" and "limits.wall_s was 600.0, is 99.0" in cell["reasons"]
    assert said["estimate"]["tokens"]["n"] == 1 and said["estimate"]["tokens"]["unknown_cells"] == 0
    assert said["rests_on"][0]["by"] == "configuration"
    assert states(tiny, "--fresh") == {"RERUN": 1}
    assert files(tiny.cwd / "runs") == before
    shown = tiny(*RUN, "--dry-run", "--attempts", "2").stdout
    assert "2 cells: 1 REGRADE, 1 NEW." in shown and "grader.tests.expected.txt: content changed" in shown
    assert "Nothing was run" in shown


def test_a_dry_run_fits_eighty_columns_of_few_cells_and_of_many(tiny: Cab) -> None:
    """Of many there is a row for each configuration and state."""
    for attempts, lines in (("12", 24), ("3000", 14)):
        done = tiny(*RUN, "--dry-run", "--attempts", attempts, COLUMNS="80")
        assert done.returncode == 0, done.stderr
        assert len(done.stdout.splitlines()) <= lines
        assert "there is no earlier cell" in done.stdout


def test_a_run_grades_the_kept_patch_again(tiny: Cab) -> None:
    """It spends nothing and says so; the old try stays; again, nothing is done; --fresh runs the CLI."""
    tiny(*RUN)
    change_grader(tiny)
    tiny.env["SCRIPT"] = "raise SystemExit('the CLI was run')"
    done = tiny(*RUN)
    assert done.returncode == 0, done.stderr
    assert "1 cell graded again, without a model: grader.tests.expected.txt: content changed" in done.stderr
    assert "1 cell: 0 passed, 1 failed, none run anew." in done.stdout
    [row] = tiny.json("results", "--json", "--scripted")
    assert (row["outcome"], "regraded" in row["marks"]) == ("failed", True)
    tries = sorted(tiny.cwd.glob("runs/*/*/*/*/*/*/*/*/cell.json"))
    assert [json.loads(p.read_text())["outcome"] for p in tries] == ["passed", "failed"]
    again = tiny(*RUN)
    assert "done before" in again.stderr and "none run anew." in again.stdout
    tiny(*RUN, "--fresh")
    assert len(list(tiny.cwd.glob("runs/*/*/*/*/*/*/*/3/cell.json"))) == 1


def test_what_a_regraded_cell_is_stands_on_its_page(tiny: Cab) -> None:
    """The mark, what it means, of which try, and what that had come to."""
    tiny(*RUN)
    change_grader(tiny)
    assert tiny("regrade", "--pack", "pack").returncode == 0
    assert tiny("site", "build", "runs", "-o", "site", "--scripted").returncode == 0
    [page] = (tiny.cwd / "site/cell").rglob("index.html")
    text = " ".join(page.read_text().split())
    assert "of try 1, which had ended: passed" in text and "was graded again" in text
    assert "regraded:" in tiny("results", "--scripted").stdout


def test_regrade_is_told_cell_by_cell(tiny: Cab) -> None:
    """What came to something else; what could not be graded, exit 1; what is as it was, exit 0."""
    tiny(*RUN, "--attempts", "3")
    same = tiny("regrade", "--pack", "pack")
    assert (same.returncode, "3 unchanged" in same.stdout) == (0, True)
    change_grader(tiny)
    [patch] = tiny.cwd.glob("runs/*/*/*/*/*/*/2/1/changes.patch")
    patch.write_bytes(patch.read_bytes()[:-30])
    done = tiny("regrade", "tui=ti*,model=scripted:*", "--pack", "pack", "-j", "2")
    assert done.returncode == 1, done.stdout
    assert "local/tiny/scripted:null/own/stock: was passed, is failed" in done.stdout
    assert (
        "not graded again: local/tiny/scripted:null/own/stock~2: git cannot apply changes.patch"
        in done.stdout
    )
    assert outcomes(tiny) == [
        ("scripted:null", n, o) for n, o in ((1, "failed"), (2, "passed"), (3, "failed"))
    ]
    rows = tiny.json("regrade", "--fresh", "--json", "--pack", "pack", "--task", "own/*")
    assert (rows[0]["was"], rows[0]["outcome"], rows[0]["why_not"]) == ("failed", "failed", None)


@pytest.mark.prove
def test_a_task_that_changed_is_no_case_for_a_grader(tiny: Cab) -> None:
    """What the agent did answers another question."""
    tiny(*RUN)
    (tiny.cwd / "pack/stock/workdir/more.py").write_text("x = 1\n")
    done = tiny("regrade", "--pack", "pack")
    assert done.returncode == 1 and "the task itself changed, so only a run can tell" in done.stdout


def test_a_locked_run_refuses_before_anything_is_spent(tiny: Cab) -> None:
    """Exit 2, with the key, what is locked and what it is."""
    tiny(*RUN)
    assert tiny(*RUN, "--locked").returncode == 0
    before = files(tiny.cwd / "runs")
    done = tiny(*RUN, "--locked", "--wall", "5")
    assert done.returncode == 2 and "limits.wall_s was 600.0, is 5.0" in done.stderr
    assert files(tiny.cwd / "runs") == before


def test_three_shards_merged_are_one_run(tiny: Cab) -> None:
    """The same verdicts, and the same command then finds all done; two shards may share a directory."""
    matrix = (*RUN, "--model", "scripted:oracle", "--attempts", "3")
    assert tiny(*matrix, "--runs", "whole").returncode == 0
    for part in ("1/3", "2/3", "3/3"):
        runs = "a" if part == "1/3" else "b"
        assert tiny(*matrix, "--runs", runs, "--shard", part).returncode == 0
    done = tiny("merge", "a", "b", "-o", "all")
    assert done.returncode == 0 and "6 tries copied" in done.stdout
    assert outcomes(tiny, "all") == outcomes(tiny, "whole")
    assert "6 of 6 cells: done before" in tiny(*matrix, "--runs", "all", "--locked").stderr
    assert "0 tries copied" in tiny("merge", "a", "b", "-o", "all").stdout
    lock = "local/sweep.lock.toml"
    assert (tiny.cwd / "all" / lock).read_bytes() == (tiny.cwd / "whole" / lock).read_bytes()


@pytest.mark.prove  # the locks by themselves: tests/store/test_merge.py
def test_two_shards_run_at_once_in_one_directory(tiny: Cab) -> None:
    """A whole run beside one is refused, as is the same shard twice, and merging into it."""
    run, two = Run(tiny), (*BATCH, "--attempts", "2")
    with run.started("--attempts", "2", "--shard", "1/2", script="say('here'); wait(); fix()") as first:
        run.hear("here")
        tiny.env["SCRIPT"] = MENDS
        assert tiny(*two, "--shard", "2/2").returncode == 0
        for more in ((), ("--shard", "1/2")):
            done = tiny(*two, *more)
            assert done.returncode == 2 and "is being run by another cab" in done.stderr, done.stderr
        shutil.copytree(tiny.cwd / "runs", tiny.cwd / "other")
        assert "is being run by another cab" in tiny("merge", "other", "-o", "runs").stderr
        run.go_on()
        first.wait()
    assert [n for _, n, _ in outcomes(tiny)] == [1, 2]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("merge", "nowhere", "-o", "out"), "runs directory nowhere: no such directory"),
        (("merge", "runs", "-o", "runs/all"), "runs/all lies in runs, so that each cell"),
        (("merge", "runs", "-o", "."), "runs lies in ., so that each cell"),
        ((*RUN, "--shard", "0/3"), "counts from 0: add one"),
        (("regrade", "--runs", "nowhere"), "no such directory"),
        (("regrade", "tiu=x"), "did you mean 'tui'"),
        (("regrade", "tui=x"), "no cell in runs is tui=x"),
        (("regrade", "--task", "p/*"), "no cell in runs is at a task like 'p/*'"),
    ],
)
def test_a_mistake_is_told(tiny: Cab, args: tuple[str, ...], said: str) -> None:
    """Exit 2, without a traceback."""
    (tiny.cwd / "runs").mkdir()
    done = tiny(*args)
    assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr


def tries(root: Path) -> dict[str, list[str]]:
    """Return the finished tries by attempt."""
    found: dict[str, list[str]] = {}
    for path in map(Path, Store(root).finished()):
        found.setdefault(str(path.parent), []).append(path.name)
    return found


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("kills", "cells"), [(3, 24), pytest.param(20, 200, marks=pytest.mark.prove)])
def test_a_runner_that_is_killed_again_and_again_finishes(tiny: Cab, kills: int, cells: int) -> None:
    """kill -9 in the middle: each cell is there once, whole, and none is run after it had finished."""
    command = [str(CAB), *RUN, "--attempts", str(cells), "-j", "2", "--json"]
    each, ended = cells // (kills + 1), set[int]()
    for _ in range(kills):
        with subprocess.Popen(
            command, cwd=tiny.cwd, env=tiny.env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:
            assert process.stdout is not None
            new = 0
            for event in map(_event, process.stdout):
                if event["event"] != "finished" or event["before"]:
                    continue
                assert event["number"] not in ended, "it was run again"
                ended.add(event["number"])
                if (new := new + 1) >= each:
                    break
            os.kill(process.pid, signal.SIGKILL)
        there = tries(tiny.cwd / "runs")
        assert len(there) >= len(ended) and all(len(found) == 1 for found in there.values())
    done = tiny(*RUN, "--attempts", str(cells), "-j", "2")
    assert done.returncode == 0, done.stderr
    found = tries(tiny.cwd / "runs")
    assert len(found) == cells and {len(names) for names in found.values()} == {1}
    assert there.items() <= found.items()
    assert outcomes(tiny) == [("scripted:null", n, "passed") for n in range(1, cells + 1)]


def _event(line: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(line)
    return found


@pytest.mark.timeout(600)
@pytest.mark.prove  # at every file: tests/store/test_merge.py
@pytest.mark.parametrize("kills", [3, 20])
def test_a_merge_that_is_killed_is_finished_by_the_same_command(tiny: Cab, kills: int) -> None:
    """Whenever it is killed: no half cell is there."""
    tiny(*RUN)
    [one] = tiny.cwd.glob("runs/*/*/*/*/*/*/1/1")
    for attempt in range(2, 4 * kills):
        said = json.loads((one / "cell.json").read_text())
        said["cell"]["attempt"] = attempt
        copy = one.parents[1] / str(attempt) / "1"
        shutil.copytree(one, copy)
        (copy / "cell.json").write_text(json.dumps(said))
    for n in range(kills):
        with subprocess.Popen(
            [str(CAB), "merge", "runs", "-o", "out"], cwd=tiny.cwd, env=tiny.env
        ) as process:
            _wait_for(tiny.cwd / "out", 3 * (n + 1), process)
            process.kill()
        for attempt_dir in tries(tiny.cwd / "out"):
            copied = Path(attempt_dir, "1")
            assert files_of(copied) == files_of(tiny.cwd / "runs" / copied.relative_to(tiny.cwd / "out"))
    done = tiny("merge", "runs", "-o", "out")
    assert done.returncode == 0, done.stderr
    assert outcomes(tiny, "out") == outcomes(tiny)


def files_of(directory: Path) -> dict[str, bytes]:
    """Return the files of one directory."""
    return {p.name: p.read_bytes() for p in directory.iterdir()}


def _wait_for(root: Path, n: int, process: subprocess.Popen[bytes]) -> None:
    """Look until so many cells are there, or the merge has ended."""
    while process.poll() is None and len(tries(root)) < n:
        pass
