"""A task whose grader runs Python code, command by command, as real processes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from cab_core.records import Change, Changes, Entry, Grade, GradeCommand, PackedTask

from .puppet import find_task, judge_changes


def python(code: str, *words: str, **more: Any) -> GradeCommand:
    """Return a command that runs Python code with words; `{tree}` and the others may stand in both."""
    return GradeCommand(argv=("python3", "-c", code, *words), **more)


def with_commands(*commands: GradeCommand, timeout_s: float = 60.0) -> PackedTask:
    """Return mutations/py-stock-reorder, judged by these commands."""
    task = find_task("mutations/py-stock-reorder")
    spec = attrs.evolve(task.task.doc.grade, commands=commands, timeout_s=timeout_s)
    return attrs.evolve(task, task=attrs.evolve(task.task, doc=attrs.evolve(task.task.doc, grade=spec)))


def changed(left: Path, files: Mapping[str, str]) -> Changes:
    """Write what an agent left, and return it as changes."""
    for name, text in files.items():
        (left / name).parent.mkdir(parents=True, exist_ok=True)
        (left / name).write_text(text)
    return Changes(changes=tuple(_change(left / name, name) for name in files))


def _change(path: Path, name: str) -> Change:
    entry = Entry(type="file", mode=0o644, size=path.stat().st_size)
    return Change(path=name, before=entry, after=entry)


def graded(tmp_path: Path, *commands: GradeCommand, files: Mapping[str, str] | None = None) -> Grade:
    """Judge what an agent left by these commands, in runtime `local`."""
    changes = changed(tmp_path / "left", files or {})
    return judge_changes(with_commands(*commands), changes, tmp_path / "left", tmp_path)
