"""Events whose messages are lists of blocks, as Claude Code and others print them, as a transcript."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from cab_core.records import Step

from .shown import shown_call
from .toolkit import Event, at, excerpt


def transcript(events: Sequence[Event], itself: str | None = None) -> list[Step]:
    """Return the steps; what came of a tool call is part of its step.

    `itself`: the model by which the CLI marks what it says itself, such as an error. Texts in the user's
    place are the CLI's too: what it tells the model to do, and what an agent that was started is told.
    """
    steps: list[Step] = []
    asked: dict[str, int] = {}  # where the step of a call is, by the call's id
    for event, block in ((e, b) for e in events for b in blocks(e)):
        if block.get("type") == "tool_result":
            if (n := asked.pop(str(block.get("tool_use_id")), None)) is not None:
                steps[n] = attrs.evolve(steps[n], text=f"{steps[n].text}\n{result_of(block)}")
        elif step := step_of(block):
            own = event["type"] == "user" or (itself is not None and at(event, "message", "model") == itself)
            steps.append(attrs.evolve(step, role="info") if own else step)
            if step.tool:
                asked[str(block.get("id"))] = len(steps) - 1
    return steps


def of_main(events: Sequence[Event]) -> list[Event]:
    """Return the events without those of the agents that it started."""
    return [event for event in events if event.get("parent_tool_use_id") is None]


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


def shown_message(event: Event) -> str:
    """Return a message for the terminal; an empty text shows nothing."""
    return "\n".join(text for block in blocks(event) if (text := _shown(event, block)))


def _shown(event: Event, block: dict[str, Any]) -> str:
    if block.get("type") == "tool_result":
        return excerpt(result_of(block))
    step = step_of(block)
    if step is None or event["type"] == "user":
        return ""
    return shown_call(block.get("name"), block.get("input")) if step.tool else step.text
