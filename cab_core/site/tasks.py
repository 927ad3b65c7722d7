"""A page for each task, and the list of them."""

from __future__ import annotations

from collections.abc import Sequence

from cab_core.records import CellResult
from cab_core.store.reading import read_json

from .boards import by
from .output import Output
from .pages import Options, render
from .rows import Row, task_address


def write_tasks(rows: Sequence[Row], out: Output, options: Options, fingerprint: str) -> None:
    """Write the task pages. Scripted models are listed; a task's share leaves them out unless asked for."""
    current = [r for r in rows if r.current]
    lines = []
    for task, found in by(current, "task").items():
        figured = options.figured(found)
        newest = max(found, key=lambda r: r.ended_at)
        whole, configs = options.summary(figured), len({r.config for r in figured if r.counted})
        lines.append((newest, whole, len(figured)))
        path = f"{task_address(task)}/index.html"
        seen = repr([(r.address, r.stamp) for r in found]) + fingerprint
        if not out.unchanged(f"task {task}", seen):
            result = read_json(newest.directory / "cell.json", CellResult)
            page = render(
                "task.html",
                path,
                options,
                result=result,
                row=newest,
                rows=found,
                whole=whole,
                configs=configs,
            )
            out.write(f"task {task}", seen, {path: page})
    out.page("tasks.html", render("tasks.html", "tasks.html", options, lines=lines))
