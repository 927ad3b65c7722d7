"""What Qwen Code prints as `stream-json`: an event a line. The agent can print too: trust nothing."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from cab_core.plugins import messages
from cab_core.plugins.toolkit import Event, at, json_events, shorten
from cab_core.records import Step, TokenClaim


def transcript(events: Sequence[Event]) -> list[Step]:
    """Return the steps. An error of the endpoint is printed as if the model had said it."""
    error = at(events[-1], "error", "message") if events else None
    steps = messages.transcript(events)
    return [attrs.evolve(s, role="info") if (s.role, s.text) == ("assistant", error) else s for s in steps]


def token_claim(events: Sequence[Event]) -> TokenClaim:
    """Return what the last event counts; it includes what was cached, and the thoughts."""
    usage = at(events[-1], "usage") if events else None
    prompt, completion = at(usage, "input_tokens"), at(usage, "output_tokens")
    if not isinstance(prompt, int) or not isinstance(completion, int) or not prompt:
        return TokenClaim()
    return TokenClaim(prompt=prompt, completion=completion, source="qwen's result event")


def finished(events: Sequence[Event]) -> bool:
    """Return whether the last event is a result and no error."""
    return bool(events) and events[-1]["type"] == "result" and events[-1].get("is_error") is False


def failure(events: Sequence[Event], stderr: str) -> str | None:
    """Return Qwen's own words for what went wrong, or the last line on stderr."""
    ends = [e for e in events if e["type"] == "result" and e.get("is_error")]
    told = [str(at(e, "error", "message") or e.get("subtype")) for e in ends]
    said = told or stderr.strip().splitlines()
    return shorten(" ".join(said[-1].split()), 500) if said else None


def shown(line: str) -> str:
    """Return a line of stdout for the terminal; an empty text shows nothing."""
    events = json_events(line)
    return (messages.shown_message(events[0]) or failure(events, "") or "") if events else line
