"""What is said where no cell is what was asked for: the nearest that there is."""

from __future__ import annotations

import fnmatch
from pathlib import Path

from cab_core.distance import nearest_name
from cab_core.errors import UserError
from cab_core.stats import Selector

from . import standing

_SHOWS = "`cab results` shows what there is"


def no_cell(side: Selector, runs: Path, task: str = "*", scripted: bool = True) -> UserError:
    """Return what is said of a selector that no cell of a runs directory matches at such a task."""
    there = [r for _, r in standing.standing(runs, True).cells]
    near, tasks = side.nearest(r.cell for r in there), {r.cell.task for r in there}
    near_task = task if fnmatch.filter(tasks, task) else nearest_name(task, tasks)
    at = f"at a task like {task!r}" if task != "*" else ""
    said = " ".join(filter(None, (f"no cell in {runs} is", str(side), at)))
    if not scripted and any(r.scripted and side.matches(r) for r in there):
        said += " (scripted models are left out; --scripted takes them in)"
    elif near != side:
        return UserError(f"{said}; did you mean {str(near)!r}?")
    elif near_task not in (task, None):
        return UserError(f"{said}; did you mean --task {near_task!r}?")
    elif side.wanted.get("tui", "").endswith(".toml"):
        return UserError(f"{said}; in results a CLI has the name that its file gives it; {_SHOWS}")
    return UserError(f"{said}; {_SHOWS}")
