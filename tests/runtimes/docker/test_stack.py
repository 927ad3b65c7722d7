"""A stack inside the seal: its server runs in the agent's container and its tool reaches the model."""

from __future__ import annotations

import json

import pytest
import tomli_w

from cab_core.plugins.registry import Plugins
from cab_core.testing.drive import MCP_SERVER, told_the_end
from tests.conftest import Cab
from tests.support.endpoint import Endpoint
from tests.support.often import rows

HOUSE = {
    "schema_version": 1,
    "name": "house",
    "instructions": [{"name": "style", "text": "ALWAYS-USE-TABS"}],
    "mcp": [{"name": "probe", "command": ["python3", *MCP_SERVER[1:]], "env": {"PROBE": "says echo"}}],
}


# By CLI: its tools of the server, or why it has none.
TOLD = {
    "aider": ([], "aider speaks no MCP"),
    "mini-swe-agent": ([], "mini-swe-agent speaks no MCP"),
    "pi": (["mcp__probe__echo"], None),
    "kilo": (["probe_echo"], None),
    "opencode": (["probe_echo"], None),
    "copilot": (["probe-echo"], None),
    "codex": (["mcp__probe__echo"], None),
    "claude": (["mcp__probe__echo"], None),
    "gemini": (["mcp_probe_echo"], None),
    "qwen": (["mcp__probe__echo"], None),
    "cline": (["probe__echo"], None),
    "continue": (["echo"], None),
}


@pytest.mark.timeout(240)
@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("tui", rows(TOLD, ["aider", "copilot"]))
def test_a_stack_is_applied_in_the_container(cab: Cab, endpoint: Endpoint, tui: str) -> None:
    """The text is in the model's request for every CLI, the tool where the CLI speaks MCP; the cell says so."""
    tools, reason = TOLD[tui]
    endpoint.ends = told_the_end(Plugins().adapter(tui))
    (cab.cwd / "house.toml").write_text(tomli_w.dumps(HOUSE))
    args = (
        "--tui",
        tui,
        "--model",
        "served-1",
        "--endpoint",
        endpoint.url,
        "--task",
        "mutations/py-lru-cache",
    )
    cell = cab.json("run-cell", *args, "--stack", "house.toml", "--runtime", "docker", "--json")
    asked = endpoint.requests[0]
    assert [t["function"]["name"] for t in asked.get("tools", []) if "echo" in t["function"]["name"]] == tools
    assert "ALWAYS-USE-TABS" in json.dumps(asked)
    assert [(a["item"], a["reason"]) for a in cell["stack"]] == [
        ("instructions:style", None),
        ("mcp:probe", reason),
    ]
    assert cell["cell"]["stack"] == ["house"] and cell["cell_id"].endswith("+house")
