"""What lies in a pack's directory and is no part of its tasks: nobody should learn of it by a verdict."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from cab_core.records import PackedTask
from cab_core.safe_fs import leads_out

from .listing import CACHES, LIST_NAME, SECTIONS

_NAMED = 5


def left_out(root: Path, tasks: Iterable[PackedTask]) -> str | None:
    """Return what of a pack on disk is no part of its tasks, and why, in one line; None where nothing is."""
    if not (root / "pack.toml").is_file():
        return None  # of a foreign set, whose own rules say what belongs to a task
    found = [item for task in tasks for item in _of_task(root, task)]
    if not found:
        return None
    named = ", ".join(found[:_NAMED]) + (f" and {len(found) - _NAMED} more" if len(found) > _NAMED else "")
    return f"task pack {root}: no part of its tasks: {named}"


def _of_task(root: Path, task: PackedTask) -> Iterator[str]:
    for section in SECTIONS:
        listed = {file.path for file in task.files if file.section == section}
        top = root / task.task.id.partition("/")[2] / section
        for base, dirs, files in () if leads_out(top, root) else os.walk(top):
            here, inner = Path(base).relative_to(root), Path(base).relative_to(top)
            if not dirs and not files and inner.parts:
                yield f"{here} (an empty directory; put a file into it)"
            yield from (f"{here / name} (a cache)" for name in sorted(dirs) if name in CACHES)
            dirs[:] = sorted(d for d in dirs if d not in CACHES)
            for name in sorted(files):
                if name.endswith(".pyc"):
                    yield f"{here / name} (compiled Python)"
                elif (inner / name).as_posix() not in listed:
                    yield f"{here / name} (not in {LIST_NAME}; `cab tasks lock` lists it)"
