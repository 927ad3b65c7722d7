"""The dialect that CLIs have in common which write whole files."""

from __future__ import annotations

import json
from typing import Any

from cab_core.plugins.dialects import WriteFiles
from cab_core.plugins.protocols import Reply
from cab_core.records import Job

JOB = Job(prompt="p", model="m", endpoint="e", token="t", home="/h", workdir="/w", deadline_s=1)
FILES = {"b": "2", "a/c": "1"}


def replies(dialect: WriteFiles) -> list[Any]:
    """Return what is called until nothing is left to do."""
    made: list[Any] = []
    while True:
        calls = [{"function": {"name": name, "arguments": json.dumps(given)}} for name, given in made]
        request = {"tools": [{}], "messages": [{"role": "user"}, {"role": "assistant", "tool_calls": calls}]}
        reply = dialect.edit(FILES, request, JOB)
        if reply is None:
            return made
        assert reply == Reply(tool=reply.tool)
        made.append(reply.tool)


def test_each_file_is_written_once() -> None:
    """It goes by the calls in the conversation."""
    assert replies(WriteFiles(tool="w", path="p", text="t", more={"x": 1})) == [
        ("w", {"p": "/w/a/c", "t": "1", "x": 1}),
        ("w", {"p": "/w/b", "t": "2", "x": 1}),
    ]


def test_space_is_made_first() -> None:
    """What is there is removed, and directories are made, where the tool wants a file that is not there."""
    found = replies(WriteFiles(tool="w", path="p", text="t", space=("sh", "c"), space_more={"d": ""}))
    assert (
        found[0] == ("sh", {"c": "rm -f -- /w/a/c /w/b && mkdir -p -- /w /w/a", "d": ""}) and len(found) == 3
    )


def test_a_call_without_tools_is_aside() -> None:
    """Nothing is written by it, nor where there is nothing to write."""
    dialect = WriteFiles(tool="w", path="p", text="t")
    assert dialect.edit(FILES, {"messages": []}, JOB) is None
    assert dialect.edit({}, {"tools": [{}], "messages": []}, JOB) is None
