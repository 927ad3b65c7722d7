"""A set of tasks that a test writes, read by its format, and validated where it may be."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cab_core.plugins.protocols import StopSignal
from cab_core.plugins.registry import Plugins
from cab_core.records import PackedTask
from cab_core.run.validate import validate
from cab_core.tasks.catalog import load_pack


def write(root: Path, files: Mapping[str, str]) -> Path:
    """Write a set's files below a directory; return it."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def load(root: Path) -> dict[str, PackedTask]:
    """Return the tasks of a directory by their names, in the format that recognises it."""
    return {task.task.name: task for task in load_pack(Plugins(), root)}


def fault(task: PackedTask, scratch: Path) -> str | None:
    """Return what is wrong with a task, graded on this machine."""
    return validate(task, Plugins().runtime("local"), scratch, StopSignal()).fault


def content(task: PackedTask, section: str) -> dict[str, str]:
    """Return the texts of a section's files by their paths."""
    return {f.path: Path(f.source).read_text() for f in task.files if f.section == section and f.link is None}
