"""A scripted model finds the tool that runs commands by its schema."""

from __future__ import annotations

import pytest

from cab_core.gateway.scripted.shell import shell_call

TEXT, LIST = {"type": "string"}, {"type": "array", "items": {"type": "string"}}


@pytest.mark.parametrize(
    ("name", "schema", "given"),
    [
        ("command", TEXT, "ls"),
        ("cmd", LIST, ["bash", "-c", "ls"]),
        ("commands", LIST, ["ls"]),
        ("commands", TEXT, "ls"),
    ],
)
def test_a_command_is_given_as_the_tool_wants_it(name: str, schema: dict, given: object) -> None:
    """As a text, as the words of one command, or as one of a list of commands."""
    request = {"tools": [{"function": {"name": "run", "parameters": {"properties": {name: schema}}}}]}
    assert shell_call(request, "ls") == ("run", {name: given})


def test_without_such_a_tool_there_is_no_call() -> None:
    """A tool that takes a number is none."""
    tool = {"name": "run", "parameters": {"properties": {"command": {"type": "integer"}}}}
    assert shell_call({"tools": [{"function": tool}]}, "ls") is None
