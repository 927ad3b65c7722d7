"""Packs of one task, written by a test."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cab_core.plugins.registry import Plugins
from cab_core.records import PackedTask
from cab_core.tasks.catalog import load_pack

PACK = 'schema_version = 1\nname = "mine"\nversion = "1"\ntitle = "t"\n'
TASK = 'schema_version = 1\ntitle = "t"\nprompt = "p"\nexpected_files = ["{takes}"]\n[grade]\n'


def write_pack(root: Path, commands: str, files: Mapping[str, str], takes: str = "adds.py") -> PackedTask:
    """Write a pack with the task `one` at `root/mine`; return the task. `commands` is TOML."""
    made = {"../pack.toml": PACK, "task.toml": TASK.format(takes=takes) + commands, **files}
    for path, text in made.items():
        target = root / "mine/one" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    [packed] = load_pack(Plugins(), root / "mine")
    return packed
