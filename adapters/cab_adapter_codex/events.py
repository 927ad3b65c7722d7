"""What codex prints with `--json`: an event a line. The agent can print too: trust nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence

from cab_core.plugins.shown import shown_call
from cab_core.plugins.toolkit import Event, at, excerpt, json_events, shorten
from cab_core.records import Step, TokenClaim


def transcript(events: Sequence[Event]) -> list[Step]:
    """Return the steps: an item of each kind, when it is finished."""
    items = [e.get("item") for e in events if e["type"] == "item.completed"]
    return [step for item in items if (step := step_of(item))]


def step_of(item: object) -> Step | None:
    """Return what an item adds to the transcript."""
    kind, text = at(item, "type"), str(at(item, "text"))
    if kind == "agent_message":
        return Step(role="assistant", text=text)
    if kind == "reasoning":
        return Step(role="reasoning", text=text)
    if kind == "error":
        return Step(role="info", text=str(at(item, "message")))
    if kind == "command_execution":
        said = f"{at(item, 'command')}\n{at(item, 'aggregated_output') or ''}"
        return Step(role="tool", tool="exec_command", text=said)
    if kind == "file_change":
        return Step(role="tool", tool="apply_patch", text="\n".join(_changes(item)))
    if kind == "mcp_tool_call":
        asked = json.dumps(at(item, "arguments"), ensure_ascii=False)
        result = json.dumps(at(item, "result") or at(item, "error"), ensure_ascii=False)
        return Step(role="tool", tool=f"{at(item, 'server')}.{at(item, 'tool')}", text=f"{asked}\n{result}")
    return None


def _changes(item: object) -> list[str]:
    changes = at(item, "changes")
    return [f"{at(c, 'kind')} {at(c, 'path')}" for c in changes] if isinstance(changes, list) else []


def token_claim(events: Sequence[Event]) -> TokenClaim:
    """Return the sum over the turns; what was cached is within the input, the reasoning within the output."""
    used = [e.get("usage") for e in events if e["type"] == "turn.completed"]
    prompt, completion = [at(u, "input_tokens") for u in used], [at(u, "output_tokens") for u in used]
    if not all(isinstance(n, int) for n in prompt + completion) or not sum(prompt):
        return TokenClaim()
    return TokenClaim(prompt=sum(prompt), completion=sum(completion), source="codex's turn.completed events")


def finished(events: Sequence[Event]) -> bool:
    """Return whether the last turn came to its end."""
    turns = [e["type"] for e in events if e["type"].startswith("turn.")]
    return bool(turns) and turns[-1] == "turn.completed"


def failure(events: Sequence[Event], stderr: str) -> str | None:
    """Return codex's own words for what went wrong, or the last line on stderr."""
    told = [str(at(e, "error", "message")) for e in events if e["type"] == "turn.failed"]
    said = told or stderr.strip().splitlines()
    return shorten(" ".join(said[-1].split()), 500) if said else None


def shown(line: str) -> str:
    """Return a line of stdout for the terminal; an empty text shows nothing."""
    events = json_events(line)
    if not events:
        return line
    event, item = events[0], events[0].get("item")
    step = step_of(item)
    if event["type"] == "item.started" and at(item, "type") == "command_execution":
        return shown_call("exec_command", {"command": str(at(item, "command"))})
    if event["type"] != "item.completed" or step is None:
        return failure(events, "") or ""
    if at(item, "type") == "command_execution":
        return excerpt(str(at(item, "aggregated_output") or ""))
    return excerpt(f"> {step.tool} {step.text}") if step.tool else step.text
