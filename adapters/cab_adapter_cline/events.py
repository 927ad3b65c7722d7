"""What Cline prints with `--json`: an event a line. The agent can print too: trust nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import attrs

from cab_core.plugins.shown import shown_call
from cab_core.plugins.toolkit import Event, at, excerpt, json_events, shorten
from cab_core.records import Step, TokenClaim, Usage


def transcript(events: Sequence[Event]) -> list[Step]:
    """Return the steps; the tokens of a call stand at the last thing that came of it."""
    steps: list[Step] = []
    usage: Usage | None = None
    for event in (e.get("event") for e in events if e["type"] == "agent_event"):
        kind = at(event, "type")
        if step := step_of(event):
            # What the model thought is told when it has spoken.
            before = step.role == "reasoning" and steps and steps[-1].role == "assistant"
            steps.insert(len(steps) - 1 if before else len(steps), step)
        elif kind == "usage":
            usage = _usage(event)
        elif kind == "iteration_end" and steps:
            steps[-1], usage = attrs.evolve(steps[-1], usage=usage), None
    return steps


def step_of(event: object) -> Step | None:
    """Return what a part that has ended adds to the transcript."""
    kind = at(event, "contentType") if at(event, "type") == "content_end" else None
    if kind == "text":
        return Step(role="assistant", text=str(at(event, "text")))
    if kind == "reasoning":
        return Step(role="reasoning", text=str(at(event, "reasoning")))
    if kind == "tool":
        return Step(role="tool", tool=str(at(event, "toolName")), text=result_of(at(event, "output")))
    return None


def with_calls(events: Sequence[Event], steps: Sequence[Step]) -> list[Step]:
    """Return the steps with what was asked of each tool; that is told when the call begins."""
    parts = [e.get("event") for e in events if e["type"] == "agent_event"]
    asked = {str(at(p, "toolCallId")): at(p, "input") for p in parts if at(p, "type") == "content_start"}
    ended = [str(at(p, "toolCallId")) for p in parts if (step := step_of(p)) and step.tool]
    calls = iter(ended)
    return [
        attrs.evolve(s, text=f"{json.dumps(asked.get(next(calls)), ensure_ascii=False)}\n{s.text}")
        if s.tool
        else s
        for s in steps
    ]


def result_of(output: Any) -> str:
    """Return the text of a tool's result; a tool may do several things at once."""
    if isinstance(output, list):
        return "\n".join(map(result_of, output))
    told = at(output, "result") or at(output, "error") if isinstance(output, dict) else output
    return str(told or "")


def _usage(event: object) -> Usage | None:
    counts = [at(event, name) for name in ("inputTokens", "outputTokens", "cacheReadTokens")]
    if not all(isinstance(n, int) and not isinstance(n, bool) for n in counts) or not counts[0]:
        return None
    return Usage(prompt=counts[0], completion=counts[1], cached=counts[2])


def token_claim(events: Sequence[Event]) -> TokenClaim:
    """Return the sum over all agents of the last event; what was cached is within the input."""
    used = at(events[-1], "aggregateUsage") if events else None
    prompt, completion = at(used, "inputTokens"), at(used, "outputTokens")
    if not isinstance(prompt, int) or not isinstance(completion, int) or not prompt:
        return TokenClaim()
    return TokenClaim(prompt=prompt, completion=completion, source="cline's run_result event")


def finished(events: Sequence[Event]) -> bool:
    """Return whether the last event is a result of a run that was completed."""
    return (
        bool(events) and events[-1]["type"] == "run_result" and events[-1].get("finishReason") == "completed"
    )


def failure(events: Sequence[Event], stderr: str) -> str | None:
    """Return Cline's own words for what went wrong, or the last line on stderr."""
    results = [e for e in events if e["type"] == "run_result" and e.get("finishReason") != "completed"]
    told = [str(e.get("text") or e.get("finishReason")) for e in results]
    told = told or [str(e.get("message")) for e in json_events(stderr) if e["type"] == "error"]
    said = told or stderr.strip().splitlines()
    return shorten(" ".join(said[-1].split()), 500) if said else None


def shown(line: str) -> str:
    """Return a line of stdout for the terminal; an empty text shows nothing."""
    events = json_events(line)
    if not events:
        return line
    event = events[0].get("event")
    if at(event, "type") == "content_start" and at(event, "contentType") == "tool":
        return _call(at(event, "toolName"), at(event, "input"))
    step = step_of(event)
    if step is None:
        return failure(events, "") or ""
    return excerpt(step.text) if step.tool else step.text


def _call(tool: object, given: object) -> str:
    commands = at(given, "commands")
    if not isinstance(commands, list):
        return shown_call(tool, given)
    return "\n".join(shown_call(tool, {"command": str(command)}) for command in commands)
