"""An answer as one message: the same however it came, whatever an endpoint sends."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.gateway.events import EventSplitter, event_object
from cab_core.plugins.protocols import Reply
from cab_core.plugins.wire_protocol import WireProtocol
from tests.gateway.protocols.test_every import EVERY, ODD, TOOL, USAGE, stream_of
from tests.gateway.protocols.test_mutated import ANSWERS, mutated
from tests.support.forms import chat, gemini, messages, responses
from tests.support.strict import objects_of
from tests.support.wire import CHAT, GEMINI, MESSAGES, RESPONSES


def events_of(stream: bytes) -> list[dict[str, Any]]:
    """The objects of a stream's events."""
    splitter = EventSplitter()
    splitter.push(stream)
    return [event_object(event) for event in iter(splitter.event, None)]


def told(message: dict[str, Any]) -> tuple[object, ...]:
    """What it says, thinks, and calls."""
    calls = [c["function"] for c in message.get("tool_calls", [])]
    called = [(c["name"], json.loads(c["arguments"])) for c in calls]
    return message["content"], message.get("reasoning"), called


@EVERY
@pytest.mark.parametrize("tool", [None, TOOL], ids=["words", "call"])
def test_whole_and_in_events_it_is_the_same(protocol: WireProtocol, tool: Any) -> None:
    """Words and calls, as a scripted model speaks them."""
    reply = Reply(text="wörds\n", tool=tool)
    expected = "wörds\n", None, [tool] if tool else []
    assert told(protocol.as_message([protocol.whole("m", {}, reply, USAGE)])) == expected
    assert told(protocol.as_message(events_of(stream_of(protocol, reply)))) == expected


VENDORS = {
    "chat": (
        CHAT,
        objects_of(
            chat.stream({"reasoning_content": "I "}, {"reasoning_content": "see."}, {"content": "Now"}, *chat.called()).encode()
        ),
        ("Now", "I see."),
    ),
    "responses": (RESPONSES, responses.sequence(responses.REASONING, responses.MESSAGE, *responses.CALLS), None),
    "messages": (MESSAGES, messages.sequence(messages.THINKING, messages.TEXT, *messages.CALLS), ("I look.", "I should look.")),
    "gemini": (GEMINI, gemini.sequence(gemini.THOUGHT, gemini.TEXT, *gemini.CALLS), ("I look.", "I should look.")),
}  # fmt: skip


@pytest.mark.parametrize("name", VENDORS)
def test_parallel_calls_are_apart_and_thoughts_beside_the_words(name: str) -> None:
    """In the vendors' own events: two calls, each with its arguments."""
    protocol, events, said = VENDORS[name]
    text, reasoning, called = told(protocol.as_message(events))
    assert [type(arguments) for _, arguments in called] == [dict, dict] and called[0][0] != called[1][0]
    assert text and reasoning
    if said is not None:
        assert (text, reasoning) == said


def test_a_response_that_was_broken_off_says_what_had_come() -> None:
    """Without the whole answer at its end, its pieces count."""
    events = responses.sequence(responses.REASONING, responses.MESSAGE, *responses.CALLS)[:-1]
    text, _, called = told(RESPONSES.as_message(events))
    assert text and len(called) == 2


@EVERY
@given(st.data())
def test_nothing_is_raised(protocol: WireProtocol, data: st.DataObject) -> None:
    """By vendors' answers of which places are changed, in any order, or by anything at all."""
    forms = ANSWERS[protocol.name]
    known = st.sampled_from(forms).map(lambda form: mutated(data, form))
    odd = ODD.filter(lambda value: isinstance(value, dict))
    message = protocol.as_message(data.draw(st.lists(known | odd, max_size=4)))
    json.dumps(message)
    assert isinstance(message["content"], str)
