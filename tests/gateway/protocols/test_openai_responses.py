"""What is peculiar to responses."""

from __future__ import annotations

from cab_core.plugins.protocols import Reply
from cab_core.records import Usage
from tests.support.wire import RESPONSES

ECHO = {"type": "function", "name": "echo", "description": "d", "parameters": {}}
SPACES = [{"type": "namespace", "name": f"mcp__{n}", "tools": [ECHO]} for n in "ab"]


def test_tools_of_two_namespaces_are_told_apart() -> None:
    """Offered, called and in the conversation that is sent again, each has its namespace in front."""
    request = {"input": "x", "tools": [ECHO, *SPACES]}
    names = [t["function"]["name"] for t in RESPONSES.as_chat(request)["tools"]]
    assert names == ["echo", "mcp__a__echo", "mcp__b__echo"]
    answer = RESPONSES.whole("m", request, Reply(tool=("mcp__b__echo", {})), Usage(prompt=1, completion=1))
    [item] = answer["output"]
    assert (item["name"], item["namespace"]) == ("echo", "mcp__b")
    reading = RESPONSES.reading()
    reading.take(answer)
    assert list(reading.said.calls.values()) == ["mcp__b__echo"]
    [said] = RESPONSES.as_chat({"input": [item]})["messages"]
    assert said["tool_calls"][0]["function"]["name"] == "mcp__b__echo"
