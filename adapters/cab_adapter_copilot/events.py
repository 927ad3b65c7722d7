"""What copilot prints with `--output-format json`: an event a line. The agent prints too: trust nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from cab_core.records import Step, TokenClaim

Event = Mapping[str, Any]


def events_of(stdout: str) -> list[Event]:
    """Return the lines that are events. A line ends at a line feed only: texts may hold other ends."""
    return [event for line in stdout.split("\n") if isinstance(_at(event := _json(line), "type"), str)]


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _at(value: Any, *keys: str) -> Any:
    """Return what lies below these keys, or None."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def step_of(event: Event) -> Step | None:
    """Return what an event adds to the transcript. A tool call is two steps: asked, and answered."""
    kind, data = event["type"], event.get("data")
    if kind == "user.message":
        return Step(role="user", text=str(_at(data, "content")))
    if kind == "assistant.message" and _at(data, "content"):
        return Step(role="assistant", text=str(_at(data, "content")))
    if kind == "tool.execution_start":
        asked = json.dumps(_at(data, "arguments"), ensure_ascii=False)
        return Step(role="tool", tool=str(_at(data, "toolName")), text=asked)
    if kind == "tool.execution_complete":
        result = _at(data, "result", "content") or _at(data, "error", "message") or ""
        return Step(role="tool", text=str(result))
    return None


def token_claim(usage: str) -> TokenClaim:
    """Return the sum over the models in the usage file; unknown where the endpoint told nothing."""
    models = _at(_json(usage), "modelMetrics")
    used = [_at(m, "usage") for m in models.values()] if isinstance(models, dict) else []
    prompt, completion = [_at(u, "inputTokens") for u in used], [_at(u, "outputTokens") for u in used]
    if not all(isinstance(n, int) for n in prompt + completion) or not sum(prompt):
        return TokenClaim()
    return TokenClaim(prompt=sum(prompt), completion=sum(completion), source="copilot's usage file")


def finished(events: Sequence[Event]) -> bool:
    """Return whether the last event is a result of 0. It is 1 where the model's last word was empty."""
    return bool(events) and events[-1]["type"] == "result" and events[-1].get("exitCode") == 0


def failure(events: Sequence[Event], stderr: str) -> str | None:
    """Return copilot's own words for what went wrong, or the last line on stderr."""
    told = [str(_at(e, "data", "message")) for e in events if e["type"] == "session.error"]
    said = told or stderr.strip().splitlines()
    return " ".join(said[-1].split())[:500] if said else None


def shown(line: str) -> str:
    """Return a line of stdout for the terminal; an empty text shows nothing."""
    events = events_of(line)
    if not events:
        return line
    step = step_of(events[0])
    if step is None or step.role == "user":
        return failure(events, "") or ""
    lines = f"> {step.tool} {step.text}".splitlines() if step.tool else step.text.splitlines()[:20]
    return "\n".join(text[:200] for text in lines) if step.role == "tool" else step.text
