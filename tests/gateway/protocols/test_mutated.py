"""What vendors and CLIs send, with some places of it changed to what stands nowhere: nothing of it is raised.

What a protocol raises is its plugin's fault, and would void what an agent or an endpoint did.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.gateway.chat_form import objects, shown, tool_name
from cab_core.plugins.protocols import Reply
from cab_core.plugins.wire_protocol import WireProtocol
from cab_core.records import Usage
from tests.support.forms import chat, gemini, messages, responses
from tests.support.strict import objects_of
from tests.support.wire import PROTOCOLS

EVERY = pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda p: p.name)
ODD = [None, [], {}, "", "x", 0, -1, 1 << 70, 1.5, True, [None], [[]], [{}], {"a": 1}, {"type": []}, "\ud800"]
ANSWERS: dict[str, list[dict[str, Any]]] = {
    "openai-chat": [
        chat.answer(tool_calls=chat.CALLS),
        *objects_of(chat.stream({"content": "a"}, *chat.called(), {"audio": chat.AUDIO}).encode()),
    ],
    "openai-responses": [
        responses.response(responses.MESSAGE, responses.SHELL),
        *responses.sequence(responses.REASONING, responses.MESSAGE, *responses.CALLS, responses.CUSTOM),
    ],
    "anthropic-messages": [
        messages.message(messages.TEXT, *messages.CALLS),
        *messages.sequence(messages.THINKING, messages.SEARCH, messages.FOUND, *messages.CALLS),
    ],
    "gemini": [gemini.blocked(), *gemini.sequence(gemini.THOUGHT, gemini.TEXT, *gemini.CALLS)],
}
TEXT, SCHEMA = {"type": "text", "text": "a"}, {"type": "object", "properties": {"a": {"type": "string"}}}
FUNCTION = {"name": "n", "description": "d", "parameters": SCHEMA}
REQUESTS: dict[str, dict[str, Any]] = {
    "openai-chat": {
        "messages": [
            {"role": "user", "content": [TEXT]},
            {"role": "assistant", "content": None, "tool_calls": chat.CALLS},
            {"role": "tool", "tool_call_id": "call_0", "content": "r"},
        ],
        "tools": [{"type": "function", "function": FUNCTION}],
        "stream_options": {"include_usage": True},
    },
    "openai-responses": {
        "instructions": "i",
        "input": [
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "a"}]},
            *responses.CALLS,
            responses.CUSTOM,
            {"type": "function_call_output", "call_id": "call_0", "output": "r"},
        ],
        "tools": [{"type": "function", **FUNCTION}, {"type": "namespace", "name": "s", "tools": [FUNCTION]}],
    },
    "anthropic-messages": {
        "system": [TEXT],
        "messages": [
            {"role": "assistant", "content": messages.CALLS},
            {
                "role": "user",
                "content": [{"type": "tool_result", "tool_use_id": "toolu_0", "content": [TEXT]}],
            },
        ],
        "tools": [{"name": "n", "description": "d", "input_schema": SCHEMA}],
    },
    "gemini": {
        "systemInstruction": {"parts": [{"text": "s"}]},
        "contents": [
            {"role": "model", "parts": gemini.CALLS},
            {"role": "user", "parts": [{"functionResponse": {"name": "n", "response": {"a": 1}}}]},
        ],
        "tools": [{"functionDeclarations": [FUNCTION]}],
    },
}


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a value."""
    yield at
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield from places(inner, (*at, key))


def put(value: Any, at: tuple[Any, ...], odd: Any) -> Any:
    """The value with another one in a place."""
    if not at:
        return odd
    changed = copy.copy(value)
    changed[at[0]] = put(value[at[0]], at[1:], odd)
    return changed


def mutated(data: st.DataObject, value: dict[str, Any]) -> dict[str, Any]:
    """The value with one to three places changed."""
    for _ in range(data.draw(st.integers(1, 3))):
        known = [at for at in places(value) if at]
        if known:
            value = put(value, data.draw(st.sampled_from(known)), data.draw(st.sampled_from(ODD)))
    return value


@EVERY
@given(st.data())
def test_an_answer_is_read(protocol: WireProtocol, data: st.DataObject) -> None:
    """What is read out of it is of the right kind."""
    forms, reading = ANSWERS[protocol.name], protocol.reading()
    for form in data.draw(st.lists(st.sampled_from(forms), min_size=1, max_size=3)):
        reading.take(mutated(data, form))
    assert isinstance(reading.finish_reason, str | None) and isinstance(reading.model, str | None)
    assert all(isinstance(text, str) for text in [*reading.said.text.pieces, *reading.said.calls.values()])
    assert isinstance(reading.failed, dict | None) and reading.whole in (True, False)


@EVERY
@given(st.data())
def test_a_request_is_read_and_answered(protocol: WireProtocol, data: st.DataObject) -> None:
    """By whatever looks at it, and by a scripted model."""
    request = mutated(data, REQUESTS[protocol.name])
    operation = protocol.operation(*protocol.spoken[0])
    assert operation is not None
    asked = protocol.read(operation, json.dumps({"model": "m", **request}).encode())
    seen = protocol.as_chat(asked.request)
    assert all(isinstance(text, str) for text in shown(seen))
    assert all(isinstance(tool_name(t), str | None) for t in objects(seen, "tools"))
    reply, usage = Reply(text="x", tool=("n", {"a": 1})), Usage(prompt=1, completion=1)
    json.dumps(protocol.whole("m", request, reply, usage))
    assert all([*protocol.opening("m", request), *protocol.closing("m", request, reply, usage)])
