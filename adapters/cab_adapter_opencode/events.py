"""What opencode prints with `--format json`: an event a line. The agent can print too: trust nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import attrs

from cab_core.plugins.shown import shown_call
from cab_core.plugins.toolkit import Event, at, excerpt, json_events, shorten
from cab_core.records import Step, TokenClaim, Usage


def step_of(event: Event) -> Step | None:
    """Return what an event adds to the transcript."""
    part = event.get("part")
    if event["type"] == "text":
        return Step(role="assistant", text=str(at(part, "text")))
    if event["type"] == "reasoning":
        return Step(role="reasoning", text=str(at(part, "text")))
    if event["type"] != "tool_use":
        return None
    asked = json.dumps(at(part, "state", "input"), ensure_ascii=False)
    result = at(part, "state", "output") or at(part, "state", "error") or ""
    return Step(role="tool", tool=str(at(part, "tool")), text=f"{asked}\n{result}")


def transcript(events: Sequence[Event]) -> list[Step]:
    """Return the steps; the tokens of a call stand at the last thing that came of it."""
    steps: list[Step] = []
    for event in events:
        if step := step_of(event):
            steps.append(step)
        elif event["type"] == "step_finish" and steps:
            steps[-1] = attrs.evolve(steps[-1], usage=_usage(at(event, "part", "tokens")))
    return steps


def _usage(tokens: object) -> Usage | None:
    counts = [at(tokens, "input"), at(tokens, "cache", "read"), at(tokens, "output"), at(tokens, "reasoning")]
    if not all(isinstance(n, int) and not isinstance(n, bool) for n in counts) or not sum(counts[:2]):
        return None
    fresh, cached, answered, reasoning = counts
    return Usage(prompt=fresh + cached, completion=answered + reasoning, cached=cached, reasoning=reasoning)


def token_claim(stdout: str, events: Sequence[Event], program: str = "opencode") -> TokenClaim:
    """Return the sum over the steps; unknown where the log was cut, or where the endpoint told nothing."""
    used = [at(e, "part", "tokens") for e in events if e["type"] == "step_finish"]
    prompt = [n for u in used for n in (at(u, "input"), at(u, "cache", "read"), at(u, "cache", "write"))]
    completion = [n for u in used for n in (at(u, "output"), at(u, "reasoning"))]
    cut = "bytes left out ...]\n" in stdout
    if cut or not all(isinstance(n, int) for n in prompt + completion) or not sum(prompt):
        return TokenClaim()
    return TokenClaim(
        prompt=sum(prompt), completion=sum(completion), source=f"{program}'s step_finish events"
    )


def finished(events: Sequence[Event]) -> bool:
    """Return whether the last step came to its end and asked for no tool."""
    ends = [e for e in events if e["type"] in ("step_start", "step_finish", "error")]
    return bool(ends) and at(ends[-1], "part", "reason") not in (None, "tool-calls")


def failure(events: Sequence[Event], stderr: str) -> str | None:
    """Return opencode's own words for what went wrong, or the last line on stderr."""
    errors = [e.get("error") for e in events if e["type"] == "error"]
    told = [at(error, "data", "message") or at(error, "name") for error in errors]
    said = told or stderr.strip().splitlines()
    return shorten(re.sub(r"\x1b\[[0-9;]*m", "", str(said[-1])), 500) if said else None


def failed_servers(log: str | None) -> dict[str, str]:
    """Return the servers that its log calls unavailable, with its word for it: it does not say why."""
    found = re.findall(r'message="(server unavailable)" key=(\S+) .*?status=(\w+)', log or "")
    return {f"mcp:{name}": f"{said}, {status}" for said, name, status in found}


def shown(line: str) -> str:
    """Return a line of stdout for the terminal; an empty text shows nothing."""
    events = json_events(line)
    if not events:
        return line
    step = step_of(events[0])
    if step is None:
        return failure(events, "") or ""
    state = at(events[0], "part", "state")
    result = excerpt(str(at(state, "output") or at(state, "error") or ""))
    return f"{shown_call(step.tool, at(state, 'input'))}\n{result}" if step.tool else step.text
