"""What opencode prints with `--format json`: an event a line. The agent can print too: trust nothing."""

from __future__ import annotations

import json
import re
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
    """Return what an event adds to the transcript."""
    part = event.get("part")
    if event["type"] == "text":
        return Step(role="assistant", text=str(_at(part, "text")))
    if event["type"] != "tool_use":
        return None
    asked = json.dumps(_at(part, "state", "input"), ensure_ascii=False)
    result = _at(part, "state", "output") or _at(part, "state", "error") or ""
    return Step(role="tool", tool=str(_at(part, "tool")), text=f"{asked}\n{result}")


def token_claim(stdout: str, events: Sequence[Event]) -> TokenClaim:
    """Return the sum over the steps; unknown where the log was cut, or where the endpoint told nothing."""
    used = [_at(e, "part", "tokens") for e in events if e["type"] == "step_finish"]
    prompt = [n for u in used for n in (_at(u, "input"), _at(u, "cache", "read"), _at(u, "cache", "write"))]
    completion = [n for u in used for n in (_at(u, "output"), _at(u, "reasoning"))]
    cut = "bytes left out ...]\n" in stdout
    if cut or not all(isinstance(n, int) for n in prompt + completion) or not sum(prompt):
        return TokenClaim()
    return TokenClaim(prompt=sum(prompt), completion=sum(completion), source="opencode's step_finish events")


def finished(events: Sequence[Event]) -> bool:
    """Return whether the last step came to its end and asked for no tool."""
    ends = [e for e in events if e["type"] in ("step_start", "step_finish", "error")]
    return bool(ends) and _at(ends[-1], "part", "reason") not in (None, "tool-calls")


def failure(events: Sequence[Event], stderr: str) -> str | None:
    """Return opencode's own words for what went wrong, or the last line on stderr."""
    errors = [e.get("error") for e in events if e["type"] == "error"]
    told = [_at(error, "data", "message") or _at(error, "name") for error in errors]
    said = told or stderr.strip().splitlines()
    return re.sub(r"\x1b\[[0-9;]*m", "", str(said[-1]))[:500] if said else None


def shown(line: str) -> str:
    """Return a line of stdout for the terminal; an empty text shows nothing."""
    events = events_of(line)
    if not events:
        return line
    step = step_of(events[0])
    if step is None:
        return failure(events, "") or ""
    lines = f"> {step.tool} {step.text}".splitlines()[:20]
    return "\n".join(text[:200] for text in lines) if step.tool else step.text
