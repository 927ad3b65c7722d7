"""The Gemini CLI's own log of a session, which alone holds what the model thought, as a transcript."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import attrs

from cab_core import Leftovers
from cab_core.plugins.toolkit import Event, at, json_events, parse
from cab_core.records import Step, Usage


def session_log(left: Leftovers, events: Sequence[Event]) -> str:
    """Return the log, whose name holds the minute in which the session began and a part of its id."""
    begun = next((e for e in events if e["type"] == "init"), {})
    projects = at(parse(left.read(".gemini/projects.json") or ""), "projects")
    directory = f".gemini/tmp/{at(projects, left.job.workdir)}/chats"
    for minute in _minutes(str(begun.get("timestamp"))):
        name = f"session-{minute}-{str(begun.get('session_id'))[:8]}.jsonl"
        if (text := left.read(f"{directory}/{name}")) is not None:
            return text
    return ""


def _minutes(timestamp: str) -> Iterator[str]:
    """Yield the minute of the first event and the one before: the log is begun shortly earlier."""
    try:
        moment = datetime.fromisoformat(timestamp)
        yield from (f"{moment - timedelta(minutes=n):%Y-%m-%dT%H-%M}" for n in (0, 1))
    except (ValueError, OverflowError):
        return


def transcript(log: str) -> list[Step]:
    """Return the steps. A record is written again when the tools that it calls have answered."""
    last = {str(record.get("id")): record for record in json_events(log) if record["type"] == "gemini"}
    return [step for record in last.values() for step in _steps(record)]


def _steps(record: Event) -> list[Step]:
    """Return what one call of the model led to; its tokens stand at the last thing that came of it."""
    thoughts = [Step(role="reasoning", text=_thought(t)) for t in _list(record, "thoughts")]
    said = [Step(role="assistant", text=str(record["content"]))] if record.get("content") else []
    steps = thoughts + said + [_called(call) for call in _list(record, "toolCalls")]
    return [*steps[:-1], attrs.evolve(steps[-1], usage=_usage(record.get("tokens")))] if steps else []


def _list(record: Event, name: str) -> list[Any]:
    value = record.get(name)
    return value if isinstance(value, list) else []


def _thought(thought: object) -> str:
    return "\n".join(str(text) for text in (at(thought, "subject"), at(thought, "description")) if text)


def _called(call: object) -> Step:
    asked = json.dumps(at(call, "args"), ensure_ascii=False)
    result = at(call, "resultDisplay")
    shown = result if isinstance(result, str) else json.dumps(at(call, "result"), ensure_ascii=False)
    return Step(role="tool", tool=str(at(call, "name")), text=f"{asked}\n{shown}")


def _usage(tokens: object) -> Usage | None:
    counts = [at(tokens, name) for name in ("input", "output", "cached", "thoughts")]
    if not all(isinstance(n, int) and not isinstance(n, bool) for n in counts) or not counts[0]:
        return None
    read, written, cached, thought = counts
    return Usage(prompt=read, completion=written + thought, cached=cached, reasoning=thought)
