"""`--model replay:PATH`: a cell run again against a record, as a user types it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cab

TASKS = ("mutations/py-interval-merge", "mutations/py-stock-reorder")
TUI = "pi"  # the CLI that starts fastest


@pytest.fixture(scope="module")
def then(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two cells that were run, and their records apart."""
    root = tmp_path_factory.mktemp("then")
    tasks = [word for task in TASKS for word in ("--task", task)]
    done = Cab(root)(
        "run", "--tui", TUI, "--model", "scripted:oracle", *tasks,
        "--runs", str(root / "runs"), "--record", str(root / "records"),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return root


def replay(cab: Cab, path: Path, task: str, runs: Path, code: int = 0) -> dict[str, Any]:
    """Run one cell against a record."""
    done = cab(
        "run-cell",
        "--tui",
        TUI,
        "--model",
        f"replay:{path}",
        "--task",
        task,
        "--runs",
        str(runs),
        "--json",
    )
    assert done.returncode == code, done.stderr + done.stdout[:3000]
    return dict(json.loads(done.stdout))


def test_a_directory_of_records_answers_each_cell_by_its_own(cab: Cab, then: Path, tmp_path: Path) -> None:
    """Both pass, with the tokens that they took before; the cells are marked as those of no model."""
    for task in TASKS:
        cell = replay(cab, then / "records", task, tmp_path)
        assert (cell["outcome"], cell["citable"]) == ("passed", False)
        assert cell["tokens"]["prompt"] and "scripted" in cell["marks"]


def test_the_directory_of_a_cell_answers_it(cab: Cab, then: Path, tmp_path: Path) -> None:
    """And another task's cell is told which call is nearest and what differs: nobody failed."""
    (there,) = (p.parent for p in (then / "runs").rglob("wire.jsonl.zst") if TASKS[0] in str(p))
    assert replay(cab, there, TASKS[0], tmp_path)["outcome"] == "passed"
    other = replay(cab, there, TASKS[1], tmp_path, code=1)
    assert other["outcome"] == "infra_replay"
    assert "the nearest is call 1, where stands" in other["why"] and "stock" in other["why"]


def test_a_record_that_is_not_there_is_a_users_mistake(cab: Cab, then: Path, tmp_path: Path) -> None:
    """What was expected is said; a CLI of another protocol is refused before it runs."""
    odd = [
        (tmp_path / "nowhere", TUI, "no such file or directory"),
        (then / "records", "claude", "it does not translate"),
    ]
    for path, tui, said in odd:
        done = cab(
            "run-cell", "--tui", tui, "--model", f"replay:{path}", "--task", TASKS[0], "--runs", str(tmp_path)
        )
        assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr


def test_no_wire_keeps_no_record(cab: Cab, tmp_path: Path) -> None:
    """And says so where one is asked for."""
    cab(
        "run-cell",
        "--tui",
        TUI,
        "--model",
        "scripted:null",
        "--task",
        TASKS[0],
        "--runs",
        str(tmp_path),
        "--no-wire",
    )
    (there,) = (p.parent for p in tmp_path.rglob("cell.json"))
    assert not (there / "wire.jsonl.zst").exists()
    done = cab(
        "run-cell",
        "--tui",
        TUI,
        "--model",
        f"replay:{there}",
        "--task",
        TASKS[0],
        "--runs",
        str(tmp_path),
    )
    assert done.returncode == 2 and "wire.jsonl.zst" in done.stderr


def test_what_is_no_record_of_the_cell_is_told(cab: Cab, then: Path) -> None:
    """A path that is not there, a directory of runs; and of another task, which records there are."""
    argv = ("run-cell", "--tui", TUI, "--task", "mutations/py-lru-cache", "--runs", "again", "--model")
    missing, runs = (cab(*argv, f"replay:{then / name}") for name in ("nonsense", "runs"))
    assert missing.returncode == 2 and "no such file or directory" in missing.stderr
    assert runs.returncode == 2 and "these are runs" in runs.stderr
    done = cab("run", *argv[1:], f"replay:{then / 'records'}")
    told = " ".join((done.stdout + done.stderr).split())
    assert "the same command would end the same" in told.lower() and "Go on with" not in told
    assert "infra_replay" in told and "has no record of pi/mutations/py-lru-cache/1; it has pi/" in told
