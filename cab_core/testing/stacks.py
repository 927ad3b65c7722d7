"""A stack of every kind of item whose texts are known again in a request to the model."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from cab_core.plugins.protocols import Adapter
from cab_core.records import Args, Env, Instructions, Job, McpServer, Skill, StackItem

from .drive import MCP_SERVER, tools

STACK: tuple[StackItem, ...] = (
    McpServer(name="probe", command=MCP_SERVER, env={"PROBE": "PROBE-MARK"}),
    Instructions(name="style", text="STYLE-MARK"),
    Instructions(name="more", text="MORE-MARK"),
    Skill(name="my-skill", description="SKILL-MARK: use it", text="x"),
    Env(name="env", values={"HOUSE": "1"}),
    Args(name="args", argv=()),
)
_MARKS = {
    "mcp:probe": ("PROBE-MARK",),
    "instructions:style": ("STYLE-MARK",),
    "instructions:more": ("MORE-MARK",),
    "skill:my-skill": ("SKILL-MARK", "my-skill"),  # some name skills, and do not describe them
}


class Seen(NamedTuple):
    """What a request shows of the stack: what is wrong, and what the server's tool is called."""

    wrong: list[str]
    echo: str | None


def seen_of(adapter: Adapter, request: dict[str, Any], skill: str | None) -> Seen:
    """Hold what an adapter says of each item against a request; `skill`: how the CLI tells of one."""
    job = Job(
        prompt="p", model="m", endpoint="http://e/v1", token="t", home="/h", workdir="/w", deadline_s=1,
        stack=STACK, protocol=adapter.protocols[0],
    )  # fmt: skip
    text, wrong = json.dumps(request), []
    for account in adapter.launch(job).stack:
        marks = _MARKS.get(account.item, ())
        if skill and account.item == "skill:my-skill":
            marks = (skill,)
        there = any(mark in text for mark in marks)
        if marks and there is not (account.reason is None):
            said = f"skipped, since {account.reason}" if account.reason else "applied"
            wrong.append(
                f"{account.item} is said to be {said}; it is {'' if there else 'not '}in the request"
            )
    offered = [name for name, says in tools(request).items() if "PROBE-MARK" in says]
    return Seen(wrong, offered[0] if offered else None)
