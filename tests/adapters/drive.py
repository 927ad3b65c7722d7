"""A cell whose work dir holds what a CLI could read a config from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cab_core.testing.tiny import write_tiny_pack
from tests.conftest import Cab


def in_a_trap(cab: Cab, root: Path, tui: str, hostile: dict[str, str]) -> Any:
    """Run a cell of the scripted oracle on a task whose work dir holds hostile files; return its `cell.json`."""
    write_tiny_pack(root, hostile, "trap")
    chosen = ("--tui", tui, "--model", "scripted:oracle", "--task", "trap/one", "--wall", "100")
    return cab.json("run-cell", *chosen, "--pack", str(root), "--json")
