"""What a cell says of its stack, with the real CLIs: by what was seen on the wire."""

from __future__ import annotations

import sys
from typing import Any

import pytest
import tomli_w

from cab_core.plugins.registry import Plugins
from cab_core.records import Instructions, Job, McpServer, Skill
from cab_core.testing.drive import MCP_SERVER
from tests.conftest import Cab
from tests.support.clis import CLIS
from tests.support.endpoint import KEY, Endpoint
from tests.support.often import rows
from tests.tasks.test_agent_plugins import write as write_plugin

pytestmark = pytest.mark.slow

RULE = 'Never write a line that you have not read.\n\nSay "done" at the end, and <nothing> else.'
GONE = [sys.executable, "/there/is/no/server.py"]
STACK = {
    "schema_version": 1,
    "name": "house",
    "instructions": [{"name": "rule", "text": RULE}],
    "mcp": [
        {"name": "probe", "command": MCP_SERVER, "env": {"PROBE": "called"}},
        {"name": "quiet", "command": MCP_SERVER, "env": {"PROBE": "not called"}},
        {"name": "gone", "command": GONE},
    ],
    "skills": [{"name": "slow", "description": "When a program is slow, and why", "text": "Measure before you cut."}],
    "env": [{"name": "flags", "values": {"HOUSE": "1"}}],
}  # fmt: skip


LONG = "a-name-that-is-longer-than-what-some-keep-of-the-name-of-a-tool-and-goes-on"
ALIKE = {
    "schema_version": 1,
    "name": "alike",
    "mcp": [
        {"name": "probe", "command": MCP_SERVER, "env": {"PROBE": "x", "TOOL": "get_time", "ABLE": "tools resources"}},
        {"name": "probe_get", "command": GONE},
        {"name": "list", "command": GONE},
        {"name": LONG, "command": MCP_SERVER, "env": {"PROBE": "y"}},
    ],
}  # fmt: skip


def run_with(
    cab: Cab, tui: str, endpoint: Endpoint, stack: dict[str, Any] = STACK, outcome: str = "failed"
) -> dict[str, Any]:
    """Run one cell with the stack, in which nothing is mended; return what its `cell.json` says of each item."""
    (cab.cwd / "house.toml").write_text(tomli_w.dumps(stack))
    chosen = ("--tui", tui, "--model", "m", "--task", "mutations/py-stock-reorder", "--stack", "house.toml")
    cell = cab.json("run-cell", *chosen, "--endpoint", endpoint.url, "--key-env", "K", "--json", K=KEY)
    assert cell["outcome"] == outcome, cell["why"]
    return {item["item"]: item for item in cell["stack"]}


SAYS = {
    "opencode": "server unavailable, failed",
    "kilo": "server unavailable, failed",
    "copilot": "MCP server process exited",
    "claude": "failed",
}  # of one that did not start; others say nothing
SLOW = pytest.mark.prove  # to start: run before a release
MAYBE = ("opencode", "kilo")  # say it in a log, where that is written before they end


@pytest.mark.parametrize(
    ("tui", "tool"),
    [
        pytest.param("opencode", "probe_echo", marks=SLOW),
        ("copilot", "probe-echo"),
        ("codex", "mcp__probe__echo"),
        ("claude", "mcp__probe__echo"),
        ("gemini", "mcp_probe_echo"),
        pytest.param("qwen", "mcp__probe__echo", marks=SLOW),
        pytest.param("cline", "probe__echo", marks=SLOW),
        ("pi", "mcp__probe__echo"),
        pytest.param("kilo", "probe_echo", marks=SLOW),
    ],
)
def test_a_server_is_what_its_tools_were(cab: Cab, endpoint: Endpoint, tui: str, tool: str) -> None:
    """Used, offered, or neither: one whose program is missing is never called applied."""
    endpoint.mode, endpoint.tool = "tool", tool
    items = run_with(cab, tui, endpoint)
    said = tui in SAYS and (tui not in MAYBE or "the CLI says" in items["mcp:gone"]["evidence"])
    assert {name: item["state"] for name, item in items.items()} == {
        "instructions:rule": "present",
        "mcp:probe": "used",
        "mcp:quiet": "offered",
        "mcp:gone": "failed" if said else "absent",
        "skill:slow": "absent"
        if tui == "cline"
        else "offered",  # which names skills, and does not describe them
        "env:flags": "unknown",
    }
    assert items["mcp:probe"]["evidence"].startswith(f"the model called {tool}, which took at most ")
    assert items["mcp:gone"]["evidence"].startswith("none of its tools was offered in 2 requests")
    if said:
        assert f"the CLI says: {SAYS[tui]}" in items["mcp:gone"]["evidence"]


def test_a_server_that_does_not_start_ends_continue(cab: Cab, endpoint: Endpoint) -> None:
    """Its other servers are used, by tools without their names in front: so nothing is seen of whose they are."""
    endpoint.mode, endpoint.tool = "tool", "echo"
    started = {**STACK, "mcp": STACK["mcp"][:1]}
    assert run_with(cab, "continue", endpoint, started)["mcp:probe"]["state"] == "unknown"
    gone = run_with(cab, "continue", endpoint, {**STACK, "mcp": STACK["mcp"][2:]}, "no_model_calls")[
        "mcp:gone"
    ]
    assert gone["state"] == "failed" and "Connection closed" in gone["evidence"]


@pytest.mark.parametrize(
    ("tui", "tool", "states"),
    [
        pytest.param("opencode", "probe_get_time", ("unknown", "unknown", "unknown", "offered"), marks=SLOW),
        ("copilot", "probe-get_time", ("used", "failed", "failed", "offered")),
        ("codex", "mcp__probe__get_time", ("used", "absent", "absent", "offered")),
        ("pi", "mcp__probe__get_time", ("used", "absent", "absent", "offered")),
        pytest.param("kilo", "probe_get_time", ("unknown", "unknown", "unknown", "offered"), marks=SLOW),
    ],
)
def test_names_that_are_alike_prove_nothing(
    cab: Cab, endpoint: Endpoint, tui: str, tool: str, states: tuple[str, ...]
) -> None:
    """A server that began the name of another's tool, or of the CLI's own, is not called applied by it."""
    endpoint.mode, endpoint.tool = "tool", tool
    items = run_with(cab, tui, endpoint, ALIKE)
    said = {name for name, item in items.items() if tui in MAYBE and "the CLI says" in item["evidence"]}
    found = {name: item["state"] for name, item in items.items()}
    assert found == {n: "failed" if n in said else s for n, s in zip(items, states, strict=True)}
    if tui in ("opencode", "kilo"):
        assert "may be of mcp:probe: probe_get_time" in items["mcp:probe_get"]["evidence"]
        assert "may be of the CLI itself: list_mcp" in items["mcp:list"]["evidence"]


def test_a_skill_that_is_read_is_present(cab: Cab, endpoint: Endpoint) -> None:
    """Its text came into a request when the model asked for it."""
    endpoint.mode, endpoint.tool, endpoint.arguments = "tool", "skill", '{"name": "slow"}'
    skill = run_with(cab, "opencode", endpoint)["skill:slow"]
    assert (skill["state"], skill["evidence"]) == ("present", "its text was in call 2")


SKIPPED = {"aider": ("mcp:a", "skill:c"), "mini-swe-agent": ("mcp:a", "skill:c")}


@pytest.mark.parametrize("tui", CLIS)
def test_every_cli_takes_an_item_or_says_why_not(tui: str) -> None:
    """A server, a text and a skill each have an account; what was taken of it is seen in a request of each CLI's own tests."""
    adapter = Plugins().adapter(tui)
    stack = (
        McpServer(name="a", command=("x",)), Instructions(name="b", text="x"), Skill(name="c", description="x", text="x"),
    )  # fmt: skip
    job = Job(
        prompt="p", model="m", endpoint="http://e/v1", token="t", home="/h", workdir="/w", deadline_s=1, stack=stack,
        protocol=adapter.protocols[0],
    )  # fmt: skip
    made = {done.item: done.reason for done in adapter.launch(job).stack}
    assert made.keys() == {"mcp:a", "instructions:b", "skill:c"}
    assert tuple(item for item, reason in sorted(made.items()) if reason) == SKIPPED.get(tui, ())


def test_what_aider_takes_is_seen_and_the_rest_is_skipped(cab: Cab, endpoint: Endpoint) -> None:
    """Instructions stand in its chat; for servers and skills it has a reason and no state."""
    items = run_with(cab, "aider", endpoint)
    assert items["instructions:rule"]["state"] == "present"
    assert items["mcp:gone"] == {
        "item": "mcp:gone", "reason": "aider speaks no MCP", "tool_prefix": None, "state": None, "evidence": None,
        "tokens_a_call": None,
    }  # fmt: skip


@pytest.mark.parametrize("tui", rows(["copilot", "opencode", "codex", "claude", "pi"], ["copilot"]))
def test_what_others_wrote_is_given_as_it_is(tui: str, cab: Cab, endpoint: Endpoint) -> None:
    """A plugin with a script for a server, a skill with a file of its own, and an AGENTS.md: all take effect."""
    server = f"#!{sys.executable}\nimport os\nassert os.environ['PLUGIN_ROOT'] == os.getcwd()\n"
    server += "open(os.environ['PLUGIN_DATA'] + '/seen', 'w').close()\n" + MCP_SERVER[2]
    plugin = write_plugin(
        cab.cwd / "plugin", {"probe": {"type": "stdio", "command": "./bin/probe", "env": {"PROBE": "x"}}}
    )
    (plugin / "bin").mkdir()
    (plugin / "bin/probe").write_text(server)
    (plugin / "skills/greet/words.txt").write_text("hello")
    greeting = (
        "---\nname: greet\ndescription: How a user of this house is greeted\n---\nSay what words.txt says.\n"
    )
    (plugin / "skills/greet/SKILL.md").write_text(greeting)
    (cab.cwd / "AGENTS.md").write_text(RULE)
    chosen = ("--tui", tui, "--model", "m", "--task", "mutations/py-stock-reorder", "--stack", "./plugin")
    more = ("--stack", "rules=AGENTS.md", "--endpoint", endpoint.url, "--key-env", "K", "--json")
    cell = cab.json("run-cell", *chosen, *more, K=KEY)
    states = {item["item"]: item["state"] for item in cell["stack"]}
    assert states == {"mcp:probe": "offered", "skill:greet": "offered", "instructions:AGENTS": "present"}
    assert cell["cell"]["stack"] == ["house.tools", "rules"]
