"""Every adapter reads what an agent wrote to mislead it: nothing is raised, and what is read can be written."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.plugins.protocols import Leftovers
from cab_core.plugins.registry import Plugins
from cab_core.records import Harvest, Job, to_json
from cab_core.records.schema import check
from tests.support.clis import CLIS

PLUGINS = Plugins()  # once: looking for them takes longer than reading
JOB = Job(prompt="p", model="m", endpoint="http://e/v1", token="T", home="/h", workdir="/w", deadline_s=1)
# Names that the CLIs' own files and events have, so that a value gets to where it is read.
KEYS = [
    "type",
    "event",
    "part",
    "properties",
    "data",
    "error",
    "message",
    "content",
    "text",
    "state",
    "input",
    "output",
    "reasoning",
    "cache",
    "read",
    "write",
    "tokens",
    "toolName",
    "arguments",
    "result",
    "exitCode",
    "reason",
    "usage",
    "modelMetrics",
    "inputTokens",
    "outputTokens",
    "prompt_tokens",
    "completion_tokens",
    "tool",
    "name",
    "item",
    "changes",
    "modelUsage",
    "mcp_servers",
    "status",
    "stats",
    "parameters",
    "toolCalls",
    "thoughts",
    "timestamp",
    "session_id",
    "projects",
    "id",
    "tool_use_id",
    "is_error",
    "role",
    "contentType",
    "toolCallId",
    "aggregateUsage",
    "finishReason",
    "history",
    "toolCallStates",
    "parsedArgs",
    "sessionId",
    "workspaceDirectory",
]
KINDS = [
    "text",
    "tool_use",
    "step_start",
    "step_finish",
    "error",
    "user.message",
    "assistant.message",
    "tool.execution_start",
    "tool.execution_complete",
    "session.error",
    "result",
    "message_send",
    "exit",
    "item.started",
    "item.completed",
    "turn.completed",
    "turn.failed",
    "command_execution",
    "file_change",
    "mcp_tool_call",
    "agent_message",
    "assistant",
    "user",
    "system",
    "init",
    "message",
    "tool_result",
    "gemini",
    "agent_event",
    "run_result",
    "content_start",
    "content_end",
    "iteration_end",
]
LARGEST = int("9" * 4300)  # the longest that Python reads; the sum of two can be read and not written
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-2, 2)
    | st.sampled_from(
        [LARGEST, -LARGEST, 1 << 53, 1e308, float("nan"), float("inf"), "", "\0", "\ud800", *KINDS]
    )
)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=8,
)
events = st.dictionaries(st.sampled_from(KEYS), values, max_size=5)
lines = st.tuples(st.sampled_from(KINDS), events).map(
    lambda e: json.dumps({**e[1], "type": e[0], "event": e[0]})
)
texts = st.lists(
    lines | st.sampled_from(["[" * 100_000, "{}", "[]", "1"]) | st.text(max_size=20), max_size=4
).map("\n".join)


class Left(Leftovers):
    """Leftovers in which any file that is asked for is there, and holds the same."""

    def open(self, path: str) -> io.BufferedReader | None:
        """Open stdout in place of any file."""
        return io.BufferedReader(io.BytesIO(self.stdout.encode("utf-8", "replace")))  # type: ignore[arg-type]


def reads(name: str, text: str, stderr: str = "") -> None:
    """Let an adapter read a text from everywhere; what it makes of it must be a record that can be written."""
    adapter = PLUGINS.adapter(name)
    left = Left(job=JOB, home=Path("/"), exit_code=0, stdout=text, stderr=stderr)
    found = to_json(adapter.harvest(left))
    check(found, Harvest, "the harvest")
    json.dumps(found)
    render = getattr(adapter, "render", str)
    assert all(isinstance(render(line), str) for line in text.split("\n"))


adapters = pytest.mark.parametrize("name", CLIS)


@adapters
@given(text=texts, stderr=st.text(max_size=20))
def test_whatever_is_left_is_read(name: str, text: str, stderr: str) -> None:
    """However a CLI's files are bent, the cell is not voided by reading them."""
    reads(name, text, stderr)


SPENT = [
    {"type": "message_send", "event": "message_send", "properties": {"prompt_tokens": LARGEST, "completion_tokens": 1}},
    {
        "type": "step_finish",
        "part": {"reason": "stop", "tokens": {"input": LARGEST, "output": LARGEST, "reasoning": 0, "cache": {"read": 0, "write": 0}}},
    },
]  # fmt: skip


@adapters
def test_numbers_too_long_to_be_written_are_unknown(name: str) -> None:
    """Two numbers that Python reads make a sum that it does not write."""
    reads(name, "\n".join(json.dumps(event) for event in SPENT * 2))
    usage = {"usage": {"inputTokens": LARGEST, "outputTokens": LARGEST}}
    reads(name, json.dumps({"modelMetrics": {"a": usage, "b": usage}}))
    more = {
        "inputTokens": LARGEST,
        "cacheReadInputTokens": LARGEST,
        "cacheCreationInputTokens": 0,
        "outputTokens": 1,
    }
    stats = {"input_tokens": LARGEST, "output_tokens": LARGEST}
    reads(
        name,
        json.dumps({"type": "result", "modelUsage": {"a": more, "b": more}, "stats": stats, "usage": stats}),
    )
    used = {"inputTokens": LARGEST, "outputTokens": LARGEST}
    reads(name, json.dumps({"type": "run_result", "finishReason": "completed", "aggregateUsage": used}))
    reads(name, "\n".join([json.dumps({"type": "turn.completed", "usage": stats})] * 2))


@adapters
@pytest.mark.parametrize(
    "kind",
    [
        "text",
        "tool_use",
        "assistant.message",
        "tool.execution_start",
        "item.completed",
        "assistant",
        "gemini",
        "agent_event",
    ],
)
def test_no_depth_is_read_that_cannot_be_written(name: str, kind: str) -> None:
    """A value may be just shallow enough to be read, and too deep for whoever handles it later."""
    for depth in (90, *range(800, 1000, 7), 5000):
        deep = "[" * depth + "]" * depth
        part = f'{{"text": {deep}, "content": {deep}, "arguments": {deep}, "tool": {deep}, "state": {{"input": {deep}}}}}'
        item = f'{{"type": "mcp_tool_call", "arguments": {deep}, "changes": {deep}, "input": {deep}}}'
        more = f'"item": {item}, "parameters": {deep}, "thoughts": {deep}, "toolCalls": [{{"args": {deep}}}]'
        said = f'"message": {{"content": [{{"type": "tool_use", "input": {deep}}}]}}'
        ended = (
            f'"event": {{"type": "content_end", "contentType": "tool", "output": {deep}, "input": {deep}}}'
        )
        reads(name, f'{{"type": "{kind}", "part": {part}, "data": {part}, {more}, {said}, {ended}}}')
