"""The Agent Plugins files that use-a-stack.md shows are ones."""

from __future__ import annotations

from pathlib import Path

from cab_core.tasks.agent_plugins import read_plugin

from .test_how_to import blocks


def test_the_plugin_of_the_page_is_read_whole(tmp_path: Path) -> None:
    """Both files as printed, with the program that they name: one server, and nothing left out."""
    manifest, servers = blocks("use-a-stack.md", "json")
    (tmp_path / "plugin.json").write_text(manifest)
    (tmp_path / "mcp.json").write_text(servers)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/probe").write_text("#!/bin/sh\n")
    part = read_plugin(tmp_path)
    assert (part.name, [i.name for i in part.items], part.notes) == ("house-tools", ["probe"], ())
