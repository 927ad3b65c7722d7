"""When tools ran: from the end of the call that asked for one to the start of that which brought its result.

The wire shows no more. Several that one answer asked for are not told apart, and what the CLI did besides,
such as asking for leave, is in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from cab_core.records import ModelCall
from cab_core.records.conversation import Conversation, ToolUse


@attrs.frozen
class ToolRun:
    """A tool that came to a result. Times in nanoseconds since the epoch."""

    tool: ToolUse
    call: int
    start_ns: int
    end_ns: int


def tool_runs(conversation: Conversation, calls: Mapping[int, ModelCall]) -> Iterator[ToolRun]:
    """Yield the tools of which both calls are known, by conversation."""
    for turn in (turn for thread in conversation.threads for turn in thread.turns if turn.answer):
        asked = calls.get(turn.call)
        for tool in turn.tools:
            came = calls.get(tool.result_call) if tool.result_call is not None else None
            if asked is not None and came is not None:
                start = end_ns(asked)
                yield ToolRun(tool, turn.call, start, max(start, came.start_ns))


@attrs.frozen
class ToolCame:
    """What came of the calls of a tool: how long the longest took, and the last result.

    `failed`: whether that was an error; None: nothing says so.
    """

    longest_s: float
    result: str
    failed: bool | None


def came_of(conversation: Conversation, calls: Mapping[int, ModelCall]) -> dict[str, ToolCame]:
    """Return what came of tools, by their names."""
    found = dict[str, ToolCame]()
    for ran in tool_runs(conversation, calls):
        took, before = (ran.end_ns - ran.start_ns) / 1e9, found.get(ran.tool.name)
        longest = max(took, before.longest_s) if before else took
        found[ran.tool.name] = ToolCame(longest, ran.tool.result or "", ran.tool.failed)
    return found


def end_ns(call: ModelCall) -> int:
    """Return when a call ended."""
    return call.start_ns + int((call.latency_ms + call.throttle_ms) * 1e6)
