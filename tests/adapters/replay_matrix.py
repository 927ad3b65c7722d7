"""Each CLI against its own records: `python -m tests.adapters.replay_matrix [TUI ...]`.

Ten cells of each are run with scripted models and kept, then run again with their records in the model's place; two
of them with sub-agents, where the CLI has any. A row says how many left the same patch by the same calls, what each
of the others came to, and how long the second run took beside the first.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from cab_core.plugins.registry import Plugins
from tests.support.delegating import HANDS, Delegating
from tests.support.endpoint import KEY

CAB = str(Path(sys.executable).with_name("cab"))
TASKS = (
    "mutations/py-interval-merge", "mutations/py-stock-reorder", "mutations/py-lru-cache",
    "polyglot/js-rate-window", "refusal/py-audit-forgery",
)  # fmt: skip
WITH_SUB_AGENTS = 2  # of the tasks that nothing is done on
SIDE_CALLS = {"qwen": ("--option", "memory=true")}  # it asks what to remember of the session


def _run(cwd: Path, tui: str, tasks: Sequence[str], runs: str, *words: str) -> None:
    named = [word for task in tasks for word in ("--task", task)]
    argv = [CAB, "run", "--tui", tui, *named, *SIDE_CALLS.get(tui, ()), "--runs", runs, *words]
    quiet = subprocess.DEVNULL
    subprocess.run(argv, cwd=cwd, env={**os.environ, "K": KEY}, check=False, stdout=quiet, stderr=quiet)


def _models(tui: str, stack: ExitStack) -> dict[str, tuple[Sequence[str], Sequence[str]]]:
    """Return what answers, by a name: how a command says it, and the tasks."""
    found: dict[str, tuple[Sequence[str], Sequence[str]]] = {
        name: (("--model", f"scripted:{name}"), TASKS) for name in ("oracle", "null")
    }
    if tui in HANDS:
        endpoint = stack.enter_context(Delegating(tui).running())
        found["null"] = found["null"][0], TASKS[WITH_SUB_AGENTS:]
        asked = ("--model", "m", "--endpoint", endpoint.url, "--key-env", "K")
        found["sub-agents"] = asked, TASKS[:WITH_SUB_AGENTS]
    return found


def _cells(root: Path) -> dict[str, dict[str, Any]]:
    """What each cell came to, by its task."""
    found = {}
    for path in root.rglob("cell.json"):
        cell, calls = json.loads(path.read_text()), path.with_name("calls.jsonl").read_text().splitlines()
        usages = sorted(
            json.dumps(json.loads(line)["usage"]) for line in calls
        )  # sub-agents end in any order
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
    with ExitStack() as stack:
        for name, (model, tasks) in _models(tui, stack).items():
            _run(cwd, tui, tasks, f"then-{name}", *model, "--record", f"records-{name}")
            _run(cwd, tui, tasks, f"now-{name}", "--model", f"replay:records-{name}")
    for name in sorted({p.name.partition("-")[2] for p in cwd.glob("then-*")}):
        then, now = (_cells(cwd / f"{when}-{name}") for when in ("then", "now"))
        count += len(then)
        for task, cell in then.items():
            again = now.get(task, {"same": None, "outcome": "not run", "why": "", "wall": None})
            if again["same"] == cell["same"] and again["outcome"] == cell["outcome"]:
                same += 1
                ratios.append(again["wall"] / cell["wall"])
            else:
                odd.append(
                    f"{name} {task}: {cell['outcome']} then, {again['outcome']} now: {again['why'][:300]}"
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
