"""Agent Plugins directories as stacks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cab_core.errors import UserError
from cab_core.records import McpServer, Skill, StackPart
from cab_core.tasks.agent_plugins import read_plugin

SCHEMAS = "https://agent-plugins.org/schemas/1.0.0"
SKILL = "---\nname: {}\ndescription: d\n---\nbody\n"


def write(root: Path, servers: dict[str, Any] | None = None, **manifest: Any) -> Path:
    """Write a plugin with a skill."""
    said = {"$schema": f"{SCHEMAS}/plugin.schema.json", "name": "house.tools", **manifest}
    files = {"plugin.json": json.dumps(said), "skills/greet/SKILL.md": SKILL.format("greet")}
    if servers is not None:
        files["mcp.json"] = json.dumps({"$schema": f"{SCHEMAS}/mcp.schema.json", "mcpServers": servers})
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def servers(part: StackPart) -> dict[str, McpServer]:
    """Return the servers of a stack by name."""
    return {item.name: item for item in part.items if isinstance(item, McpServer)}


def test_a_plugin_is_its_skills_and_servers(tmp_path: Path) -> None:
    """It goes by its name; nothing is left out without a word."""
    write(tmp_path, {"clock": {"type": "stdio", "command": "clock"}})
    part = read_plugin(tmp_path)
    assert (part.name, part.notes, part.owner) == ("house.tools", (), None)
    assert [(i.kind, i.name) for i in part.items] == [("skill", "greet"), ("mcp", "clock")]


def test_a_server_starts_beside_the_plugins_files(tmp_path: Path) -> None:
    """As the format says: in its directory, with both variables, its places filled in once."""
    said = {
        "type": "stdio", "command": "./bin/x", "args": ["${PLUGIN_ROOT}/c", "${HOME}", "a"], "cwd": "./sub",
        "env": {"C": "${PLUGIN_DATA}/${PLUGIN_ROOT}"},
    }  # fmt: skip
    write(tmp_path, {"one": said, "two": {"type": "stdio", "command": "two"}})
    (tmp_path / "bin").mkdir()
    (tmp_path / "sub").mkdir()
    (tmp_path / "bin/x").write_text("#!/bin/sh\n")
    found = servers(read_plugin(tmp_path))
    assert found["one"].command[3:] == ("sh", "{files}/sub", "{files}/bin/x", "{files}/c", "${HOME}", "a")
    assert found["one"].env == {
        "C": "{files}.data/{files}",
        "PLUGIN_ROOT": "{files}",
        "PLUGIN_DATA": "{files}.data",
    }
    assert found["two"].command[3:] == ("sh", "{files}", "two")
    assert {"bin/x", "plugin.json", "skills/greet/SKILL.md"} <= found["one"].files.keys()


def test_a_part_that_is_wrong_costs_itself_alone(tmp_path: Path) -> None:
    """And is told: another transport, an unknown key, a reserved variable, a way out, a bad name, a bad skill."""
    write(
        tmp_path,
        {
            "web": {"type": "streamable-http", "url": "https://example.org/mcp"},
            "odd": {"type": "stdio", "command": "x", "colour": "red"},
            "taken": {"type": "stdio", "command": "x", "env": {"PLUGIN_ROOT": "/"}},
            "out": {"type": "stdio", "command": "./../x"},
            "a b": {"type": "stdio", "command": "x"},
            "fine": {"type": "stdio", "command": "x"},
        },
        hooks={},
    )
    (tmp_path / "skills/bad").mkdir()
    (tmp_path / "skills/bad/SKILL.md").write_text(SKILL.format("worse"))
    (tmp_path / "skills/none").mkdir()
    (tmp_path / "skills/none/README.md").write_text("no skill")
    part = read_plugin(tmp_path)
    assert [i.name for i in part.items] == ["greet", "fine"]
    told = "\n".join(part.notes)
    for name in ("hooks", "server web", "odd", "taken", "out", "server a b", "skill bad"):
        assert name in told, name
    assert "none" not in told


def test_a_broken_mcp_json_leaves_the_skills(tmp_path: Path) -> None:
    """Another version of the format in it, too."""
    for text in ("{", "[]", json.dumps({"$schema": "https://example.org/9", "mcpServers": {}})):
        write(tmp_path)
        (tmp_path / "mcp.json").write_text(text)
        part = read_plugin(tmp_path)
        assert (
            [type(i) for i in part.items] == [Skill] and len(part.notes) == 1 and "mcp.json" in part.notes[0]
        )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "valid JSON"),
        ('{"name": "x"}', "schema"),
        (
            json.dumps(
                {"$schema": "https://agent-plugins.org/schemas/9.0.0/plugin.schema.json", "name": "x"}
            ),
            "[Ss]chema",
        ),
        (json.dumps({"$schema": f"{SCHEMAS}/plugin.schema.json", "name": "Bad Name"}), "name"),
    ],
)
def test_without_a_manifest_there_is_no_plugin(tmp_path: Path, text: str, said: str) -> None:
    """What is wrong with it is told with the file."""
    write(tmp_path)
    (tmp_path / "plugin.json").write_text(text)
    with pytest.raises(UserError, match=f"plugin.json.*{said}"):
        read_plugin(tmp_path)


def test_only_what_is_wrong_is_explained(tmp_path: Path) -> None:
    """A path with `name` in it is no fault of the name; of another version the one that is known is told."""
    root = write(tmp_path / "rename")
    (root / "plugin.json").write_text("{")
    with pytest.raises(UserError) as raised:
        read_plugin(root)
    assert "expected a" not in str(raised.value) and "64" not in str(raised.value)
    write(root, name="No Name")
    with pytest.raises(UserError, match="; expected at most 64 of a-z"):
        read_plugin(root)
    (root / "plugin.json").write_text('{"$schema": "x", "name": "x"}')
    with pytest.raises(UserError, match=r"; expected '.*/1.0.0/plugin.schema.json'"):
        read_plugin(root)


def test_a_plugin_that_gives_a_cli_nothing_is_refused(tmp_path: Path) -> None:
    """A run without it would look like one with it."""
    write(tmp_path, {"web": {"type": "sse", "url": "https://example.org/mcp"}})
    (tmp_path / "skills/greet/SKILL.md").unlink()
    with pytest.raises(UserError, match=r"nothing of this plugin can be given.*reached over the network"):
        read_plugin(tmp_path)


def test_what_is_nested_without_end_is_told(tmp_path: Path) -> None:
    """In mcp.json it costs the servers, in plugin.json the plugin."""
    deep = '{"x":' * 100_000 + "1" + "}" * 100_000
    (write(tmp_path) / "mcp.json").write_text(deep)
    assert read_plugin(tmp_path).notes == ("left out, all servers: mcp.json is nested too deeply",)
    (tmp_path / "plugin.json").write_text(deep)
    with pytest.raises(UserError, match="is nested too deeply"):
        read_plugin(tmp_path)
