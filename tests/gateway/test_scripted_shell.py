"""A scripted model finds the tool that runs commands by its schema."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from cab_core.gateway.scripted.carry_out import carry_out
from cab_core.gateway.scripted.context import ScriptContext
from cab_core.gateway.scripted.shell import shell_call
from cab_core.records import GradeCommand, GradeSpec, TaskDoc

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


class Nothing:
    """A dialect whose edits are done."""

    def edit(self, files: object, request: object, job: object) -> None:
        """Leave it."""


def test_what_the_reference_removes_is_removed_by_the_tool_or_told() -> None:
    """A CLI without a shell tool leaves it, and the cell says so."""
    doc = TaskDoc(
        schema_version=1, title="t", prompt="p", grade=GradeSpec(commands=(GradeCommand(argv=("true",)),))
    )
    job: Any = SimpleNamespace(workdir="/w")
    context = ScriptContext(doc=doc, job=job, dialect=Nothing(), removed=("a b.py", "c"))
    tool = {"name": "run", "parameters": {"properties": {"command": TEXT}}}
    reply = carry_out(context, {}, {"tools": [{"function": tool}], "messages": []}, context.removed)
    assert reply.tool == ("run", {"command": "rm -f -- '/w/a b.py' /w/c"}) and not context.unwritten
    carry_out(context, {}, {"messages": []}, context.removed)
    assert context.unwritten == dict.fromkeys(context.removed, "it cannot be removed")
