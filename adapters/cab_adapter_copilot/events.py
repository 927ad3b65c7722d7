"""What copilot prints with `--output-format json`: an event a line. The agent prints too: trust nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence

import attrs

from cab_core.plugins.shown import shown_call
from cab_core.plugins.toolkit import Event, at, excerpt, json_events, parse, shorten
from cab_core.records import Step, TokenClaim


def transcript(events: Sequence[Event]) -> list[Step]:
    """Return the steps; what came of a tool call is part of its step."""
    steps: list[Step] = []
    asked: dict[str, int] = {}  # where the step of a call is, by the call's id
    for event in events:
        if (step := step_of(event)) is None:
            continue
        call = str(at(event, "data", "toolCallId"))
        if event["type"] == _CAME and call in asked:
            n = asked.pop(call)
            steps[n] = attrs.evolve(steps[n], text=f"{steps[n].text}\n{step.text}")
        else:
            steps.append(step)
            if event["type"] == _ASKED:
                asked[call] = len(steps) - 1
    return steps


_ASKED, _CAME = "tool.execution_start", "tool.execution_complete"


def step_of(event: Event) -> Step | None:
    """Return what an event adds to the transcript by itself."""
    kind, data = event["type"], event.get("data")
    if kind == "user.message":
        return Step(role="user", text=str(at(data, "content")))
    if kind == "assistant.reasoning" and at(data, "content"):
        return Step(role="reasoning", text=str(at(data, "content")))
    if kind == "assistant.message" and at(data, "content"):
        return Step(role="assistant", text=str(at(data, "content")))
    if kind == _ASKED:
        asked = json.dumps(at(data, "arguments"), ensure_ascii=False)
        return Step(role="tool", tool=str(at(data, "toolName")), text=asked)
    if kind == _CAME:
        result = at(data, "result", "content") or at(data, "error", "message") or ""
        return Step(role="tool", text=str(result))
    return None


def token_claim(usage: str) -> TokenClaim:
    """Return the sum over the models in the usage file; unknown where the endpoint told nothing."""
    models = at(parse(usage), "modelMetrics")
    used = [at(m, "usage") for m in models.values()] if isinstance(models, dict) else []
    prompt, completion = [at(u, "inputTokens") for u in used], [at(u, "outputTokens") for u in used]
    if not all(isinstance(n, int) for n in prompt + completion) or not sum(prompt):
        return TokenClaim()
    return TokenClaim(prompt=sum(prompt), completion=sum(completion), source="copilot's usage file")


def finished(events: Sequence[Event]) -> bool:
    """Return whether the last event is a result of 0. It is 1 where the model's last word was empty."""
    return bool(events) and events[-1]["type"] == "result" and events[-1].get("exitCode") == 0


def failure(events: Sequence[Event], stderr: str) -> str | None:
    """Return copilot's own words for what went wrong, or the last line on stderr."""
    told = [str(at(e, "data", "message")) for e in events if e["type"] == "session.error"]
    said = told or stderr.strip().splitlines()
    return shorten(" ".join(said[-1].split()), 500) if said else None


def failed_servers(events: Sequence[Event]) -> dict[str, str]:
    """Return the MCP servers whose last status is `failed`, with copilot's reason, as items of a stack."""
    told = [e.get("data") for e in events if e["type"] == "session.mcp_server_status_changed"]
    last = {name: data for data in told if isinstance(name := at(data, "serverName"), str)}
    failed = {name: data for name, data in last.items() if at(data, "status") == "failed"}
    return {f"mcp:{name}": str(at(data, "error") or "failed") for name, data in failed.items()}


def shown(line: str) -> str:
    """Return a line of stdout for the terminal; an empty text shows nothing."""
    events = json_events(line)
    if not events:
        return line
    step = step_of(events[0])
    if step is None or step.role == "user":
        return failure(events, "") or ""
    if step.role != "tool":
        return step.text
    return shown_call(step.tool, at(events[0], "data", "arguments")) if step.tool else excerpt(step.text)
