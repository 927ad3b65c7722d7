"""What Claude Code prints as `stream-json`: an event a line. The agent can print too: trust nothing."""

from __future__ import annotations

from collections.abc import Sequence

from cab_core.plugins import messages
from cab_core.plugins.toolkit import Event, at, json_events, shorten
from cab_core.records import Step, TokenClaim

_ITSELF = "<synthetic>"  # the model of what Claude itself says, such as an error


def transcript(events: Sequence[Event]) -> list[Step]:
    """Return the steps; what Claude says itself is told apart."""
    return messages.transcript(events, itself=_ITSELF)


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
    return messages.shown_message(events[0]) or failure(events, "") or ""
