"""What a cell says of servers that are there, are not, die, or take their time: in the container, by what was seen."""

from __future__ import annotations

from typing import Any

import pytest
import tomli_w

from cab_core.gateway.chat_form import objects
from cab_core.gateway.scripted.shell import Call
from cab_core.testing.drive import MCP_SERVER
from tests.conftest import Cab
from tests.support.acting import Acting
from tests.support.endpoint import KEY
from tests.support.often import rows

SOURCE = MCP_SERVER[2].replace(
    '{"tools": [tool]}}',
    '{"tools": [tool]}, "tools/call": {"content": [{"type": "text", "text": "it is there"}]}}',
)
CALLED = '    if asked.get("method") == "tools/call": {}\n    if "id" in asked:\n'
DIES = SOURCE.replace('    if "id" in asked:\n', CALLED.format("sys.exit(3)"))
SLOW = SOURCE.replace('    if "id" in asked:\n', CALLED.format('__import__("time").sleep(2)'))


def server(name: str, source: str) -> dict[str, Any]:
    """A server in Python."""
    return {"name": name, "command": ["python3", "-c", source], "env": {"PROBE": name}}


STACK = {
    "schema_version": 1,
    "name": "house",
    "mcp": [
        server("used", SOURCE),
        server("quiet", SOURCE),
        server("slow", SLOW),
        server("dies", DIES),
        server("dead", "raise SystemExit(3)"),
        {"name": "gone", "command": ["/there/is/no/server"]},
    ],
}
# By CLI: what stands between a server and its tool; what it says of a server that died, that is not there; and
# what becomes of one that died in the middle.
TOLD = {
    "opencode": (
        "_",
        "server unavailable",
        "server unavailable",
        "lost",
        "Connection closed; offered in calls 1 to",
    ),
    "copilot": ("-", "(exit code 3)", "No such file", "used", "transport closed"),
}


@pytest.mark.timeout(400)
@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("tui", rows(TOLD, ["copilot"]))
def test_servers_are_told_apart(cab: Cab, tui: str) -> None:
    """Used, offered and never called, slow, died at its call, died at its start, not there at all."""
    between, dead, gone, state, died = TOLD[tui]
    names = [f"{name}{between}echo" for name in ("used", "slow", "dies", "used")]

    def act(request: dict[str, Any]) -> tuple[str, list[Call]]:
        done = sum(m.get("role") == "tool" for m in objects(request, "messages"))
        return ("", [(names[done], {"n": done})]) if done < len(names) else ("Done.", [])

    (cab.cwd / "house.toml").write_text(tomli_w.dumps(STACK))
    with Acting(act).running() as endpoint:
        cell = cab.json(
            "run-cell", "--tui", tui, "--model", "m", "--endpoint", endpoint.url, "--key-env", "K", "--task",
            "mutations/py-stock-reorder", "--stack", "house.toml", "--runtime", "docker", "--json", K=KEY,
        )  # fmt: skip
    items = {item["item"].removeprefix("mcp:"): item for item in cell["stack"]}
    assert {name: item["state"] for name, item in items.items()} == {
        "used": "used", "quiet": "offered", "slow": "used", "dies": state, "dead": "failed", "gone": "failed",
    }, items  # fmt: skip
    says = {name: item["evidence"] for name, item in items.items()}
    assert says["used"].endswith("its last result: it is there")
    assert "never called" in says["quiet"]
    assert float(says["slow"].partition("at most ")[2].split()[0]) >= 2
    assert died in says["dies"] and dead in says["dead"] and gone in says["gone"]
