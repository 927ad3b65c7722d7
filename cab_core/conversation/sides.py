"""Which of a cell's conversations is the agent's own, and which others a tool of another began."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from cab_core.records.conversation import Thread, Turn

_TOLD = 20  # characters of what a sub-agent is told, at the least: shorter ones may stand anywhere


def marked(threads: Sequence[Thread]) -> tuple[Thread, ...]:
    """Return the main conversation, then the others as its sides.

    The main one has the most calls of those that no tool began: a sub-agent may have more than who sent it.
    """
    begun = [attrs.evolve(t, begun_by=_begun_by(t, threads)) for t in threads]
    begun.sort(key=lambda t: (t.begun_by is not None, -len(t.calls)))
    return tuple(attrs.evolve(t, side=n > 0) for n, t in enumerate(begun))


def _begun_by(thread: Thread, threads: Sequence[Thread]) -> int | None:
    """Return the call of another conversation whose tool was given what this one's user says first."""
    first = [t.text for t in thread.turns if t.role == "user" and t.call == thread.calls[0]]
    for other in threads:
        if other is not thread:
            for turn in _asking(other, thread.calls[0]):
                if any(told in text for told in _told(turn) for text in first):
                    return turn.call
    return None


def _asking(thread: Thread, before: int) -> Iterator[Turn]:
    return (t for t in thread.turns if t.answer and t.tools and t.call < before)


def _told(turn: Turn) -> Iterator[str]:
    for tool in turn.tools:
        try:
            found = list(_texts(json.loads(tool.arguments)))
        except (ValueError, RecursionError):
            continue
        yield from (text for text in found if len(text) >= _TOLD)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value.strip()
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)
