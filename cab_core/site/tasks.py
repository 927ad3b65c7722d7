"""A page for each task, and the list of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cab_core.records import CellResult
from cab_core.records.validation import STATES
from cab_core.stats import Summary
from cab_core.store.reading import read_json

from .boards import by
from .output import Files, Output, digest
from .pages import Options, render
from .rows import Row, task_address


def write_tasks(rows: Sequence[Row], out: Output, options: Options, fingerprint: str) -> None:
    """Write the pages of tasks, each a group of its own."""
    for task, found in by([r for r in rows if r.current], "task").items():
        seen = digest(fingerprint, [r.facts for r in found])
        out.update(f"task {task}", seen, _page(task, found, options))


def task_list(rows: Sequence[Row], options: Options) -> Files:
    """Make the list of tasks. A task's share leaves scripted models out unless they are asked for."""
    lines = [_line(found, options) for found in by([r for r in rows if r.current], "task").values()]
    yield "tasks.html", render("tasks.html", "tasks.html", options, lines=lines)


def _line(rows: Sequence[Row], options: Options) -> tuple[Row, Summary, int]:
    figured = options.figured(rows)
    return _newest(rows), options.summary(figured), len(figured)


def _newest(rows: Sequence[Row]) -> Row:
    return max(rows, key=lambda r: r.ended_at)


def _page(task: str, rows: Sequence[Row], options: Options) -> Files:
    """Make the page of a task. Scripted models are listed, too."""
    newest, whole, _ = _line(rows, options)
    told: dict[str, Any] = {
        "result": read_json(newest.directory / "cell.json", CellResult),
        "states": STATES,
        "configs": len({r.config for r in options.figured(rows) if r.counted}),
    }
    path = f"{task_address(task)}/index.html"
    yield path, render("task.html", path, options, row=newest, rows=rows, whole=whole, **told)
