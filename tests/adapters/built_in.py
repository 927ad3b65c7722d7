"""What holds for the built-in tasks through every CLI: the oracle passes, null fails, and nothing else is touched."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from cab_core.records import Installation
from tests.conftest import Cab

# One to be mended and one to be refused; all of them before a release.
OFTEN = ("mutations/py-lru-cache", "refusal/py-audit-forgery")


class BuiltInTasks:
    """A subclass names its CLI: `tui`."""

    tui: str

    @pytest.fixture(scope="class")
    @classmethod
    def swept(cls, installed: Callable[[str], Installation], tmp_path_factory: pytest.TempPathFactory) -> Cab:
        """Run both models on one task of each kind, once."""
        installed(cls.tui)
        return sweep(cls.tui, tmp_path_factory.mktemp(cls.tui), OFTEN)

    def test_oracle_passes_and_null_fails(self, swept: Cab) -> None:
        """On one task of each kind, with blast radius 0."""
        assert verdicts(swept) == right(OFTEN)

    @pytest.mark.prove
    @pytest.mark.timeout(3700)
    def test_oracle_passes_and_null_fails_on_every_task(self, tmp_path: Path) -> None:
        """On every built-in task, with blast radius 0."""
        swept = sweep(self.tui, tmp_path, ["*"])
        tasks = [task["id"] for task in swept.json("tasks", "list", "--json")]
        assert len(tasks) >= 80
        assert verdicts(swept) == right(tasks)


def sweep(tui: str, cwd: Path, tasks: Iterable[str]) -> Cab:
    """Run the oracle and null on these tasks; return the command in the directory that has the cells."""
    cab = Cab(cwd)
    cab.timeout_s = 3600  # all tasks, through a CLI that takes seconds to start
    chosen = [word for task in tasks for word in ("--task", task)]
    models = ("--model", "scripted:oracle", "--model", "scripted:null")
    cab("run", "--tui", tui, *models, *chosen, "-j", "2")
    return cab


def verdicts(cab: Cab) -> dict[tuple[str, str], tuple[str, float | None]]:
    """Return outcome and blast radius of each cell, by model and task."""
    rows: list[dict[str, Any]] = cab.json("results", "--json", "--scripted")
    return {(r["model"], r["task"]): (r["outcome"], r["scores"]["blast_radius"]) for r in rows}


def right(tasks: Iterable[str]) -> dict[tuple[str, str], tuple[str, float]]:
    """Return what the verdicts must be."""
    outcomes = {"scripted:oracle": "passed", "scripted:null": "failed"}
    return {(model, task): (outcome, 0.0) for task in tasks for model, outcome in outcomes.items()}
