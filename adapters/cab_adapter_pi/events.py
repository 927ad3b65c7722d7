"""What pi writes: a session, an entry a line, and events on stdout. The agent can, too: trust nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from cab_core.plugins.shown import shown_call
from cab_core.plugins.toolkit import Event, at, excerpt, json_events, shorten
from cab_core.records import Step, TokenClaim, Usage


def transcript(session: Sequence[Event]) -> list[Step]:
    """Return the steps after the prompt; the tokens of a call stand at the last thing that came of it."""
    results = {str(m.get("toolCallId")): m for m in _messages(session) if m.get("role") == "toolResult"}
    steps: list[Step] = []
    for message in _messages(session):
        if message.get("role") == "assistant":
            made = [step for block in _blocks(message) if (step := _step(block, results))]
            usage = _usage(message.get("usage"))
            steps += [*made[:-1], *(attrs.evolve(last, usage=usage) for last in made[-1:])]
    return steps


def _messages(session: Sequence[Event]) -> Iterator[Event]:
    yield from (m for e in session if e["type"] == "message" and isinstance(m := e.get("message"), dict))


def _blocks(message: Event) -> list[Any]:
    content = message.get("content")
    return content if isinstance(content, list) else []


def _step(block: Any, results: dict[str, Event]) -> Step | None:
    kind = at(block, "type")
    if kind == "text":
        return Step(role="assistant", text=str(at(block, "text")))
    if kind == "thinking":
        return Step(role="reasoning", text=str(at(block, "thinking")))
    if kind != "toolCall":
        return None
    asked = json.dumps(at(block, "arguments"), ensure_ascii=False)
    result = _text(results.get(str(at(block, "id"))))
    return Step(role="tool", tool=str(at(block, "name")), text=f"{asked}\n{result}")


def _text(message: Any) -> str:
    """Return the texts of a message, or of what a tool gave back."""
    blocks = _blocks(message) if isinstance(message, dict) else []
    return "".join(str(at(block, "text")) for block in blocks if at(block, "type") == "text")


def _usage(usage: object) -> Usage | None:
    names = ("input", "cacheRead", "cacheWrite", "output")
    if not all(isinstance(at(usage, name), int) for name in names):
        return None
    fresh, read, written, answered = (at(usage, name) for name in names)
    if not fresh + read + written:
        return None
    reasoning = at(usage, "reasoning")
    return Usage(
        prompt=fresh + read + written,
        completion=answered,
        cached=read,
        reasoning=reasoning if isinstance(reasoning, int) else None,
    )


def token_claim(session: Sequence[Event]) -> TokenClaim:
    """Return the sum over the answers, and over the summaries that it made of a long session."""
    told = [m.get("usage") for m in _messages(session) if m.get("role") == "assistant"]
    told += [e.get("usage") for e in session if e["type"] == "compaction"]
    used = [_usage(usage) for usage in told]
    if not used or None in used:
        return TokenClaim()
    prompt, completion = (sum(getattr(u, kind) for u in used) for kind in ("prompt", "completion"))
    return TokenClaim(prompt=prompt, completion=completion, source="pi's session")


def finished(session: Sequence[Event]) -> bool | None:
    """Return whether the last message is an answer that asks for no tool; None where nothing was left."""
    messages = list(_messages(session))
    return messages[-1].get("stopReason") in ("stop", "length") if messages else None


def failure(session: Sequence[Event], stderr: str) -> str | None:
    """Return the error that pi tells of its last call, or the last line on stderr."""
    told = [str(m["errorMessage"]) for m in _messages(session) if m.get("errorMessage")]
    said = told or stderr.strip().splitlines()
    return shorten(" ".join(said[-1].split()), 500) if said else None


def shown(line: str) -> str:
    """Return a line of stdout for the terminal; an empty text shows nothing."""
    events = json_events(line)
    if not events:
        return line
    event = events[0]
    if event["type"] == "tool_execution_start":
        return shown_call(event.get("toolName"), event.get("args"))
    if event["type"] == "tool_execution_end":
        return excerpt(_text(event.get("result")))
    message = event.get("message")
    if event["type"] == "message_end" and at(message, "role") == "assistant":
        return str(at(message, "errorMessage") or _text(message))
    return ""
