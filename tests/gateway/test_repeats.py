"""Events that are alike are read at once, and what is found is what reading each would have found."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.gateway import repeats
from cab_core.gateway.stream import StreamReader
from cab_core.plugins.wire_protocol import Reading, WireProtocol
from tests.support.wire import CHAT, MESSAGES, PROTOCOLS, RESPONSES

WORDS = st.lists(st.text(max_size=6), min_size=9, max_size=60)


def reader_of(protocol: WireProtocol) -> tuple[StreamReader, Reading]:
    """A reader of one call's stream, and what it reads."""
    session = SimpleNamespace(protocol=protocol, key_echoed=False)
    reading = protocol.reading()
    call: Any = SimpleNamespace(reading=reading, session=session, wrote=lambda: None, odd=None)
    return StreamReader(call, hide=False), reading


def one_by_one(protocol: WireProtocol, events: list[bytes]) -> Reading:
    """What reading each event for itself finds."""
    reading = protocol.reading()
    for event in events:
        data = event.partition(b"data: ")[2].strip()
        if data != protocol.end_mark:
            reading.take(json.loads(data))
        else:
            reading.done = True
    return reading


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda p: p.name)
@given(words=WORDS, odd=st.integers(0, 8), data=st.data())
def test_the_same_is_found(protocol: WireProtocol, words: list[str], odd: int, data: st.DataObject) -> None:
    """However the stream is cut, whatever the words, and wherever an event of another kind stands between."""
    events = [protocol.piece("m", word) for word in words]
    events.insert(
        odd, b'data: {"usage": {"prompt_tokens": 3, "input_tokens": 3}, "type": "message_delta"}\n\n'
    )
    stream = b"".join(events)
    cuts = sorted(data.draw(st.sets(st.integers(1, len(stream) - 1), max_size=6)))
    reader, found = reader_of(protocol)
    out = b"".join(reader.feed(stream[a:b]) for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True))
    expected = one_by_one(protocol, events)
    assert out == stream
    assert (found.usage, found.events, found.model) == (expected.usage, expected.events, expected.model)
    assert "".join(found.said.text.pieces) == "".join(expected.said.text.pieces)


@pytest.mark.parametrize(
    "other",
    [
        '"content": "x"}, "finish_reason": "stop"',
        '"content": "x", "reasoning_content": "y"}',
        '"content": "x", "tool_calls": [{"index": 0, "function": {"name": "evil"}}]}',
        '"content": "x\\"}, \\"finish_reason\\": \\"stop"}',
    ],
)
def test_an_event_that_says_more_is_read(other: str) -> None:
    """It begins and ends as the others do."""
    like = 'data: {"id": "1", "choices": [{"index": 0, "delta": {"content": "word"}}]}\n\n'
    odd = 'data: {"id": "1", "choices": [{"index": 0, "delta": {' + other + "}]}\n\n"
    events = [like.encode()] * 20 + [odd.encode()] + [like.encode()] * 20
    reader, found = reader_of(CHAT)
    assert reader.feed(b"".join(events)) == b"".join(events)
    expected = one_by_one(CHAT, events)
    assert (found.finish_reason, found.events) == (expected.finish_reason, expected.events)
    assert found.said.calls == expected.said.calls
    assert found.said.reasoning.pieces == expected.said.reasoning.pieces
    assert "".join(found.said.text.pieces) == "".join(expected.said.text.pieces)


@pytest.mark.parametrize(
    ("protocol", "event"),
    [
        (CHAT, '{"created": %d, "choices": [{"delta": {"content": "w"}}], "obfuscation": "%s"}'),
        (
            RESPONSES,
            '{"type": "response.output_text.delta", "sequence_number": %d, "delta": "w", "obfuscation": "%s"}',
        ),
    ],
    ids=lambda v: getattr(v, "name", ""),
)
def test_numbers_and_padding_are_no_difference(
    protocol: WireProtocol, event: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They say nothing: few of a thousand such events are parsed."""
    reader, found = reader_of(protocol)
    parsed = []
    take = type(found).take
    monkeypatch.setattr(type(found), "take", lambda self, data: parsed.append(1) or take(self, data))
    reader.feed(b"".join(f"data: {event % (n, 'x' * (n % 7))}\n\n".encode() for n in range(1000)))
    assert found.events == 1000 and len(parsed) < 20


def test_a_tools_arguments_are_counted_and_kept_nowhere() -> None:
    """They are what the model writes, and no words of it."""
    delta = '{"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": "ab"}}'
    reader, found = reader_of(MESSAGES)
    reader.feed(f"event: content_block_delta\ndata: {delta}\n\n".encode() * 50)
    assert found.events == 50 and not found.said.text.pieces


def test_a_stream_of_which_no_two_events_are_alike_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each says how much was used so far: learning every one would cost more than reading it."""
    learned = []
    escaped = repeats.Repeats._escaped
    monkeypatch.setattr(
        repeats.Repeats, "_escaped", lambda own, part: learned.append(1) or escaped(own, part)
    )
    reader, found = reader_of(CHAT)
    like = '{"choices": [{"index": 0, "delta": {"content": "w"}}], "usage": {"completion_tokens": %d}}'
    reader.feed(b"".join(f"data: {like % n}\n\n".encode() for n in range(500)))
    assert (found.events, found.usage.completion) == (500, 499) and len(learned) == 2 * 8


def test_words_after_thoughts_are_kept_as_words() -> None:
    """An event of one kind and an event of another, in turns: each text goes where it belongs."""
    reader, found = reader_of(CHAT)
    kinds = [
        f'data: {{"choices": [{{"index": 0, "delta": {{"{k}": "{k[0]}"}}}}]}}\n\n'
        for k in ("content", "reasoning")
    ]
    both = '{"choices": [{"index": 0, "delta": {"content": "x", "reasoning": "y"}}]}'
    events = [*kinds[:1] * 20, f"data: {both}\n\n", *kinds[1:] * 20, *kinds[:1] * 20]
    reader.feed("".join(events).encode())
    assert "".join(found.said.text.pieces) == "c" * 20 + "x" + "c" * 20
    assert "".join(found.said.reasoning.pieces) == "y" + "r" * 20
