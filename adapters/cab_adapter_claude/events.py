"""What Claude Code prints as `stream-json`: an event a line. The agent can print too: trust nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from cab_core.plugins.shown import shown_call
from cab_core.plugins.toolkit import Event, at, excerpt, json_events, shorten
from cab_core.records import Step, TokenClaim

_ITSELF = "<synthetic>"  # the model of what Claude itself says, such as an error


def transcript(events: Sequence[Event]) -> list[Step]:
    """Return the steps; what came of a tool call is part of its step."""
    steps: list[Step] = []
    asked: dict[str, int] = {}  # where the step of a call is, by the call's id
    for event, block in ((e, b) for e in events for b in blocks(e)):
        if block.get("type") == "tool_result":
            if (n := asked.pop(str(block.get("tool_use_id")), None)) is not None:
                steps[n] = attrs.evolve(steps[n], text=f"{steps[n].text}\n{result_of(block)}")
        elif step := step_of(block):
            own = at(event, "message", "model") == _ITSELF
            steps.append(attrs.evolve(step, role="info") if own else step)
            if step.tool:
                asked[str(block.get("id"))] = len(steps) - 1
    return steps


def blocks(event: Event) -> Iterator[dict[str, Any]]:
    """Yield the blocks of a message, whoever said it."""
    content = at(event, "message", "content")
    if event["type"] in ("assistant", "user") and isinstance(content, list):
        yield from (block for block in content if isinstance(block, dict))


def step_of(block: dict[str, Any]) -> Step | None:
    """Return what a block of the model adds to the transcript."""
    kind = block.get("type")
    if kind == "thinking" and block.get("thinking"):
        return Step(role="reasoning", text=str(block["thinking"]))
    if kind == "tool_use":
        asked = json.dumps(block.get("input"), ensure_ascii=False)
        return Step(role="tool", tool=str(block.get("name")), text=asked)
    return Step(role="assistant", text=str(block.get("text"))) if kind == "text" else None


def result_of(block: dict[str, Any]) -> str:
    """Return the text of a tool's result."""
    content = block.get("content")
    if not isinstance(content, list):
        return str(content or "")
    return "\n".join(str(at(part, "text")) for part in content if at(part, "text"))


def token_claim(events: Sequence[Event]) -> TokenClaim:
    """Return the sum over the models of the last event; its input is without what a cache gave and took."""
    models = at(events[-1], "modelUsage") if events else None
    used = list(models.values()) if isinstance(models, dict) else []
    prompt = [at(u, name) for u in used for name in _INPUT]
    completion = [at(u, "outputTokens") for u in used]
    if not all(isinstance(n, int) for n in prompt + completion) or not sum(prompt):
        return TokenClaim()
    return TokenClaim(prompt=sum(prompt), completion=sum(completion), source="claude's result event")


_INPUT = ("inputTokens", "cacheReadInputTokens", "cacheCreationInputTokens")


def finished(events: Sequence[Event]) -> bool:
    """Return whether the last event is a result and no error, which `subtype` does not tell."""
    return bool(events) and events[-1]["type"] == "result" and events[-1].get("is_error") is False


def failure(events: Sequence[Event], stderr: str) -> str | None:
    """Return Claude's own words for what went wrong, or the last line on stderr."""
    ends = [e for e in events if e["type"] == "result"]
    told = [str(e.get("result") or e.get("errors") or e.get("subtype")) for e in ends if e.get("is_error")]
    said = told or stderr.strip().splitlines()
    return shorten(" ".join(said[-1].split()), 500) if said else None


def failed_servers(events: Sequence[Event]) -> dict[str, str]:
    """Return the MCP servers that Claude says it could not start, as items of a stack."""
    told = [e.get("mcp_servers") for e in events if e["type"] == "system" and e.get("subtype") == "init"]
    servers = [s for servers in told if isinstance(servers, list) for s in servers]
    return {f"mcp:{at(s, 'name')}": "failed" for s in servers if at(s, "status") == "failed"}


def shown(line: str) -> str:
    """Return a line of stdout for the terminal; an empty text shows nothing.

    At its end Claude resets a terminal on which it has drawn nothing.
    """
    events = json_events(line)
    if not events:
        return "" if line.startswith("\x1b[?") else line
    texts = [_shown(block) for block in blocks(events[0])]
    return "\n".join(text for text in texts if text) or failure(events, "") or ""


def _shown(block: dict[str, Any]) -> str:
    if block.get("type") == "tool_result":
        return excerpt(result_of(block))
    step = step_of(block)
    if step is None:
        return ""
    return shown_call(block.get("name"), block.get("input")) if step.tool else step.text
