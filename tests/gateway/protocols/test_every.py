"""What holds for every protocol: what a scripted model speaks in it is read back by the same protocol."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.gateway.events import EventSplitter, event_data, event_object
from cab_core.plugins.protocols import Reply
from cab_core.plugins.wire_protocol import Reading, WireProtocol
from cab_core.records import Usage
from tests.support.wire import GEMINI, MESSAGES, PROTOCOLS

USAGE = Usage(prompt=11, completion=7)
TOOL = ("shell", {"command": "ls"})
EVERY = pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda p: p.name)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
# Keys that some protocol looks at: odd values below them are what an odd endpoint sends.
KEYS = st.sampled_from(
    [
        *("choices", "usage", "error", "model", "delta", "message", "type", "response", "output", "content"),
        *(
            "candidates",
            "parts",
            "usageMetadata",
            "promptFeedback",
            "content_block",
            "item",
            "index",
            "object",
        ),
    ]
)
ODD = st.recursive(
    JSON | st.sampled_from(["response", "message", "message_start", "content_block_delta", "function_call"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


def stream_of(protocol: WireProtocol, reply: Reply, request: dict[str, Any] | None = None) -> bytes:
    """The events of a scripted answer."""
    request = request or {"stream_options": {"include_usage": True}}
    text = protocol.piece("m", reply.text) if reply.text else b""
    closing = protocol.closing("m", request, reply, USAGE)
    return b"".join([*protocol.opening("m", request), text, *closing])


def read_stream(protocol: WireProtocol, pieces: list[bytes]) -> Reading:
    """Read a stream that comes in these pieces."""
    reading, splitter = protocol.reading(), EventSplitter()
    for piece in pieces:
        splitter.push(piece)
        for event in iter(splitter.event, None):
            if protocol.end_mark is not None and event_data(event) == protocol.end_mark:
                reading.done = True
            else:
                reading.take(event_object(event))
    return reading


def tokens_of(reading: Reading) -> tuple[int | None, int | None]:
    """Input and output."""
    return reading.usage.prompt, reading.usage.completion


@EVERY
@given(st.data())
def test_however_a_stream_is_cut_it_reads_the_same(protocol: WireProtocol, data: st.DataObject) -> None:
    """Usage, words, tool calls and end."""
    stream = stream_of(protocol, Reply(text="wörds\r\n\r\n", tool=TOOL))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(stream) - 1), max_size=8)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    found = read_stream(protocol, pieces)
    assert (tokens_of(found), found.done, found.failed) == ((11, 7), True, None)
    assert "".join(found.said.text.pieces) == "wörds\r\n\r\n" and list(found.said.calls.values()) == ["shell"]


@EVERY
def test_a_whole_answer_reads_like_its_stream(protocol: WireProtocol) -> None:
    """The model, the usage, the words, the calls and the reason of the end are the same."""
    reply, whole = Reply(text="words", tool=TOOL), protocol.reading()
    whole.take(protocol.whole("m", {}, reply, USAGE))
    streamed = read_stream(protocol, [stream_of(protocol, reply)])
    for found in (whole, streamed):
        assert found.answered and found.model == "m" and tokens_of(found) == (11, 7)
        assert "".join(found.said.text.pieces) == "words" and list(found.said.calls.values()) == ["shell"]
    assert whole.finish_reason == streamed.finish_reason is not None


@EVERY
@given(ODD)
def test_nothing_that_an_endpoint_sends_breaks_the_reading(protocol: WireProtocol, value: Any) -> None:
    """Whatever stands where lists, objects and texts are expected."""
    reading = protocol.reading()
    for key in ("choices", "response", "message", "content_block", "candidates", "usage", "delta", "error"):
        reading.take({key: value, "type": value, "object": "response"})
    if isinstance(value, dict):
        reading.take(value)


@EVERY
@given(
    st.dictionaries(
        st.sampled_from(["messages", "input", "contents", "tools", "system", "instructions"]), ODD
    )
)
def test_no_request_breaks_it(protocol: WireProtocol, request: dict[str, Any]) -> None:
    """Whatever an agent sends is read, and turned into messages and tools as far as it goes."""
    operation = call_of(protocol)
    asked = protocol.read(operation, json.dumps({"model": "m", **request}).encode())
    chat = protocol.as_chat(asked.request)
    json.dumps([chat.get("messages"), chat.get("tools")])


@EVERY
@pytest.mark.parametrize("depth", [100, 600, 950])
def test_however_deep_a_request_is_nested_it_is_read(protocol: WireProtocol, depth: int) -> None:
    """In a tool's schema, in what a tool was called with or gave."""
    deep: Any = {}
    for _ in range(depth):
        deep = {"properties": deep}
    asked = {
        "tools": [
            {"functionDeclarations": [{"name": "a", "parameters": deep}], "name": "a", "input_schema": deep}
        ],
        "contents": [{"parts": [{"functionCall": {"args": deep}}, {"functionResponse": {"response": deep}}]}],
        "messages": [{"role": "assistant", "content": [{"type": "tool_use", "input": deep}]}],
        "input": [{"type": "custom_tool_call", "input": deep}, {"type": ["message"], "role": "user"}],
    }
    assert protocol.as_chat(asked)["tools"]


@EVERY
@pytest.mark.parametrize("kind", [["a"], {}, 1, None])
def test_a_kind_that_is_no_text_is_passed_over(protocol: WireProtocol, kind: Any) -> None:
    """Of an item, a block, a part or an event, of an answer or a request."""
    odd = {"type": kind, "name": kind, "text": kind}
    reading = protocol.reading()
    reading.take({"object": "response", "type": "message", "output": [odd], "content": [odd]})
    reading.take({"type": "response.output_item.added", "item": odd})
    reading.take({"type": "content_block_start", "content_block": odd})
    reading.take({"choices": [{"message": odd}], "candidates": [{"content": {"parts": [odd]}}]})
    assert not reading.said.calls
    protocol.as_chat({"tools": [odd], "input": [odd], "messages": [odd], "contents": [{"parts": [odd]}]})


@EVERY
def test_an_error_that_is_told_is_read_as_one(protocol: WireProtocol) -> None:
    """In the protocol's own form."""
    reading = protocol.reading()
    reading.take(protocol.error(429, "slow down", "cab_limit"))
    assert reading.failed is not None and not reading.answered


@EVERY
def test_what_is_spoken_is_known_by_its_path(protocol: WireProtocol) -> None:
    """Each line of what is told to be there is there, and nothing of another protocol's calls."""
    for method, path in protocol.spoken:
        assert protocol.operation(method, path) is not None
    mine = {path for _, path in protocol.spoken}
    for other in PROTOCOLS:
        for method, path in other.spoken:
            if path not in mine and method == "POST":
                assert protocol.operation(method, path) is None


def call_of(protocol: WireProtocol) -> Any:
    """The operation of the protocol's first call."""
    method, path = protocol.spoken[0]
    return protocol.operation(method, path)


@pytest.mark.parametrize(
    ("path", "model", "stream"),
    [
        ("/v1beta/models/odd/model-7b@x:streamGenerateContent", "odd/model-7b@x", True),
        ("/v1beta/models/odd%2Fmodel-7b%40x:generateContent", "odd/model-7b@x", False),
        ("/v1beta/models/a:b:generateContent", "a:b", False),
        ("/v1/models/m:generateContent", "m", False),
    ],
)
def test_geminis_model_is_in_the_path(path: str, model: str, stream: bool) -> None:
    """Its slashes escaped or not; and whether it is a stream."""
    found = GEMINI.operation("POST", path, "alt=sse")
    assert found is not None and (found.kind, found.model, found.stream) == ("call", model, stream)
    assert found.path == path.partition("/models")[1].lstrip("/") + path.partition("/models")[2]


def test_messages_say_usage_in_two_events() -> None:
    """The input excludes what a cache gave and took, and the output comes at the end."""
    reading = MESSAGES.reading()
    first = {
        "input_tokens": 3,
        "cache_read_input_tokens": 40,
        "cache_creation_input_tokens": 5,
        "output_tokens": 1,
    }
    reading.take({"type": "message_start", "message": {"model": "m", "usage": first}})
    reading.take(
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 90}}
    )
    assert reading.usage == Usage(prompt=48, completion=90, cached=40, cache_write=5)


def test_geminis_thoughts_are_beside_its_candidates() -> None:
    """Both are output; what a cache gave is within the prompt, what tools gave beside it."""
    reading = GEMINI.reading()
    said = {
        "promptTokenCount": 100,
        "cachedContentTokenCount": 60,
        "toolUsePromptTokenCount": 4,
        "candidatesTokenCount": 7,
        "thoughtsTokenCount": 20,
        "promptTokensDetails": [
            {"modality": "TEXT", "tokenCount": 90},
            {"modality": "AUDIO", "tokenCount": 10},
        ],
    }
    reading.take({"candidates": [], "usageMetadata": said})
    assert reading.usage == Usage(prompt=104, completion=27, cached=60, reasoning=20, audio=10)
