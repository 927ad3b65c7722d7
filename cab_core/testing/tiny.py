"""A pack of one task that takes a moment and needs nothing: a word in a file is to be another."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cab_core.plugins.registry import Plugins
from cab_core.records import PackedTask
from cab_core.tasks.catalog import load_pack

PACK = 'schema_version = 1\nname = "{name}"\nversion = "1"\ntitle = "t"\n'
TASK = """
schema_version = 1
title = "A word in a file"
prompt = "Make the word in a.txt good."
expected_files = ["a.txt"]
[grade]
[[grade.commands]]
argv = ["grep", "-q", "good", "a.txt"]
"""


def write_tiny_pack(root: Path, beside: Mapping[str, str] | None = None, name: str = "tiny") -> Path:
    """Write the pack at `root` and return it; `beside`: further files of the work dir, text by path."""
    files = {"pack.toml": PACK.format(name=name), "one/task.toml": TASK}
    files |= {"one/workdir/a.txt": "bad\n", "one/solution/a.txt": "good\n"}
    files |= {f"one/workdir/{path}": text for path, text in (beside or {}).items()}
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


def only_task(plugins: Plugins, root: Path) -> PackedTask:
    """Return the task of a pack that has one."""
    [task] = load_pack(plugins, root)
    return task
