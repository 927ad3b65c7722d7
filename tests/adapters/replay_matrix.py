"""Each CLI against its own records: `python -m tests.adapters.replay_matrix [TUI ...]`.

Ten cells of each are run with scripted models and kept, then run again with their records in the model's place. A
row says how many left the same patch by the same calls, what each of the others came to, and how long the second
run took beside the first.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from cab_core.plugins.registry import Plugins

CAB = str(Path(sys.executable).with_name("cab"))
TASKS = (
    "mutations/py-interval-merge", "mutations/py-stock-reorder", "mutations/py-lru-cache",
    "polyglot/js-rate-window", "refusal/py-audit-forgery",
)  # fmt: skip
MODELS = ("scripted:oracle", "scripted:null")
SIDE_CALLS = {"qwen": ("--option", "memory=true")}  # it asks what to remember of the session


def _run(cwd: Path, tui: str, runs: str, *words: str) -> None:
    tasks = [word for task in TASKS for word in ("--task", task)]
    argv = [CAB, "run", "--tui", tui, *tasks, *SIDE_CALLS.get(tui, ()), "--runs", runs, *words]
    subprocess.run(argv, cwd=cwd, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _cells(root: Path) -> dict[str, dict[str, Any]]:
    """What each cell came to, by its task."""
    found = {}
    for path in root.rglob("cell.json"):
        cell, calls = json.loads(path.read_text()), path.with_name("calls.jsonl").read_text().splitlines()
        usages = [json.loads(line)["usage"] for line in calls]
        patch = path.with_name("changes.patch")
        found[cell["cell"]["task"]] = {
            "outcome": cell["outcome"],
            "same": (usages, patch.read_bytes() if patch.exists() else None),
            "wall": cell["wall_ms"],
            "why": cell["why"],
        }
    return found


def replayed(tui: str, cwd: Path) -> tuple[int, int, float | None, list[str]]:
    """Return how many cells were the same again, of how many, the median of the ratios of time, and the others."""
    same, ratios, odd, count = 0, list[float](), list[str](), 0
    for model in MODELS:
        name = model.replace(":", "-")
        _run(cwd, tui, f"then-{name}", "--model", model, "--record", f"records-{name}")
        _run(cwd, tui, f"now-{name}", "--model", f"replay:records-{name}")
        then, now = (_cells(cwd / f"{when}-{name}") for when in ("then", "now"))
        count += len(then)
        for task, cell in then.items():
            again = now.get(task, {"same": None, "outcome": "not run", "why": "", "wall": None})
            if again["same"] == cell["same"] and again["outcome"] == cell["outcome"]:
                same += 1
                ratios.append(again["wall"] / cell["wall"])
            else:
                odd.append(
                    f"{model} {task}: {cell['outcome']} then, {again['outcome']} now: {again['why'][:300]}"
                )
    return same, count, statistics.median(ratios) if ratios else None, odd


def main() -> None:
    """Print a row for each CLI."""
    parser = argparse.ArgumentParser()
    parser.add_argument("tui", nargs="*", default=Plugins().names("adapter"))
    for tui in parser.parse_args().tui:
        with tempfile.TemporaryDirectory() as directory:
            same, count, ratio, odd = replayed(tui, Path(directory))
        shown = "-" if ratio is None else f"{ratio:.2f}"
        print(f"{tui}: {same} of {count} the same, {shown} of the time", *odd, sep="\n  ", flush=True)


if __name__ == "__main__":
    main()
