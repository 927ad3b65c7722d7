"""What the Gemini CLI prints as `stream-json`: an event a line. The agent can print too: trust nothing."""

from __future__ import annotations

from collections.abc import Sequence

from cab_core.plugins.shown import shown_call
from cab_core.plugins.toolkit import Event, at, excerpt, json_events, shorten
from cab_core.records import Step, TokenClaim


def final_message(events: Sequence[Event]) -> str | None:
    """Return what was said after the last call of a tool; it comes in pieces."""
    pieces: list[str] = []
    for event in events:
        if event["type"] == "tool_use":
            pieces = []
        elif _is_spoken(event):
            pieces.append(str(event.get("content")))
    return "".join(pieces) or None


def _is_spoken(event: Event) -> bool:
    return event["type"] == "message" and event.get("role") == "assistant"


def token_claim(events: Sequence[Event]) -> TokenClaim:
    """Return what the last event counts; the model's thoughts are in neither figure."""
    stats = at(events[-1], "stats") if events else None
    prompt, completion = at(stats, "input_tokens"), at(stats, "output_tokens")
    if not isinstance(prompt, int) or not isinstance(completion, int) or not prompt:
        return TokenClaim()
    return TokenClaim(prompt=prompt, completion=completion, source="gemini's result event")


def finished(events: Sequence[Event]) -> bool:
    """Return whether the last event is a result, and a success."""
    return bool(events) and events[-1]["type"] == "result" and events[-1].get("status") == "success"


def failure(events: Sequence[Event], stderr: str) -> str | None:
    """Return Gemini's own words for what went wrong, or the last line on stderr."""
    ends = [e for e in events if e["type"] == "result" and e.get("status") != "success"]
    told = [said for e in ends if (said := at(e, "error", "message"))]
    told = told or [e.get("message") for e in events if e["type"] == "error"]
    said = told or stderr.strip().splitlines()
    return shorten(" ".join(str(said[-1]).split()), 500) if said else None


def said_aside(events: Sequence[Event]) -> list[Step]:
    """Return what Gemini says itself, such as that it stops at a loop: its result is then a success."""
    return [Step(role="info", text=str(e.get("message"))) for e in events if e["type"] == "error"]


def shown(line: str) -> str:
    """Return a line of stdout for the terminal; an empty text shows nothing."""
    events = json_events(line)
    if not events:
        return line
    event = events[0]
    if event["type"] == "tool_use":
        return shown_call(event.get("tool_name"), event.get("parameters"))
    if event["type"] == "tool_result":
        return excerpt(str(event.get("output") or at(event, "error", "message") or ""))
    return str(event.get("content")) if _is_spoken(event) else failure(events, "") or ""
