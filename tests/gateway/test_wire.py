"""Reading chat completions."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.gateway.usage import grown, usage_of
from cab_core.gateway.wire import (
    EventSplitter,
    Reading,
    event_data,
    event_object,
    parse_object,
    read_request,
)
from cab_core.records import Usage

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_only_the_field_is_added(extra: dict) -> None:
    """A stream's body with usage asked for is the same request and nothing else."""
    request = {**extra, "stream": True}
    request.pop("stream_options", None)
    extended = read_request(json.dumps(request).encode()).with_usage
    assert extended is not None
    assert json.loads(extended) == {**request, "stream_options": {"include_usage": True}}


@pytest.mark.parametrize(
    "fields",
    [
        *(
            '"stream": 1',
            '"stream": "true"',
            '"stream": 0',
            '"stream": []',
            '"Stream": true',
            '"\\u017ftream": true',
        ),
        *('"stream": true, "Stream_Options": {}', '"stream": false, "STREAM": true'),
        *(
            f'"stream": true, "stream_options": {{{inner}}}'
            for inner in (
                *(
                    '"include_usage": true, "include_usage": false',
                    '"include_usage": true, "Include_Usage": false',
                ),
                *('"Include_Usage": false', '"include_usage": "false"', '"include_usage": 1'),
                *('"a": 1, "A": 2',),
            )
        ),
    ],
)
def test_what_could_be_no_stream_or_one_names_no_model(fields: str) -> None:
    """Servers coerce, or ignore case: by that no usage would be asked for, and no limit on tokens held."""
    assert read_request(f'{{"model": "m", {fields}}}'.encode()).model is None


@pytest.mark.parametrize(
    "fields",
    [
        *('"stream": true', '"stream": false', '"stream": null', '"stream_options": null'),
        '"stream": true, "stream_options": {"include_usage": true, "include_obfuscation": false}',
        '"tools": [{"a": 1, "A": 2, "Stream": 1}], "metadata": {"stream": 1, "stream": 2}',
    ],
)
def test_what_is_clear_names_its_model(fields: str) -> None:
    """What is in the conversation and in the tools is not read here, and may be anything."""
    assert read_request(f'{{"model": "m", {fields}}}'.encode()).model == "m"


@given(
    st.lists(
        st.tuples(
            st.binary(max_size=30).filter(lambda b: b"\n" not in b and b"\r" not in b),
            st.sampled_from([b"\n\n", b"\r\n\r\n", b"\r\r", b"\n\r\n", b"\r\n\n"]),
        ),
        max_size=5,
    ),
    st.data(),
)
def test_events_do_not_depend_on_how_the_bytes_are_cut(
    sent: list[tuple[bytes, bytes]], data: st.DataObject
) -> None:
    """However a stream is cut into pieces, and whatever ends its lines, the events and the bytes are the same."""
    stream = b"".join(b"data: " + payload + end for payload, end in sent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    splitter, events = EventSplitter(), []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        events += splitter.feed(stream[start:end])
    assert b"".join(events) + splitter.flush() == stream
    assert [event_data(e) for e in events] == [payload.lstrip(b" ") for payload, _ in sent]


def test_a_large_event_in_small_pieces_is_read_in_one_pass() -> None:
    """What was looked through is not looked through again: else this takes minutes, and all cells wait."""
    splitter, piece = EventSplitter(), b"x" * 16384
    assert [e for _ in range(2048) for e in splitter.feed(piece)] == []
    [event] = splitter.feed(b"\n\n")
    assert len(event) == 2048 * len(piece) + 2 and splitter.flush() == b""


@given(JSON)
def test_any_json_can_be_read(value: object) -> None:
    """No event, however odd, breaks the reading."""
    reading = Reading()
    reading.take(
        parse_object(json.dumps({"usage": value, "choices": [], "model": value, "error": value}).encode())
    )


def test_negative_and_odd_counts_are_unknown() -> None:
    """A count that is no natural number is None, never 0."""
    for odd in ({"prompt_tokens": -1, "completion_tokens": "5"}, {"input_tokens": True}):
        assert usage_of(odd) == Usage()


@pytest.mark.parametrize(
    ("usage", "read"),
    [
        ({"prompt_tokens": 9, "completion_tokens": 5}, Usage(prompt=9, completion=5)),
        (
            {"prompt_tokens": 9, "prompt_tokens_details": {"cached_tokens": 8}},
            Usage(prompt=9, cached=8),
        ),
        ({"prompt_tokens": 9, "cached_tokens": 8}, Usage(prompt=9, cached=8)),
        ({"prompt_tokens": 9, "prompt_cache_hit_tokens": 8}, Usage(prompt=9, cached=8)),
        (
            {"prompt_tokens": 9, "cache_read_input_tokens": 8, "prompt_tokens_details": {"cached_tokens": 0}},
            Usage(prompt=9, cached=8),
        ),
        ({"input_tokens": 9, "output_tokens": 5}, Usage(prompt=9, completion=5)),
        (
            {"input_tokens": 9, "input_tokens_details": {"cached_tokens": 8}},
            Usage(prompt=9, cached=8),
        ),
        (
            {"input_tokens": 1, "cache_read_input_tokens": 8, "cache_creation_input_tokens": 2},
            Usage(prompt=11, cached=8),
        ),
        ({"output_tokens_details": {"reasoning_tokens": 3}}, Usage(reasoning=3)),
    ],
)
def test_usage_is_read_under_each_of_its_names(usage: dict, read: Usage) -> None:
    """As OpenAI, Moonshot, DeepSeek and Anthropic name it."""
    assert usage_of(usage) == read


def test_usage_is_read_in_each_of_its_places() -> None:
    """Beside the choices, in one of them, or in one of Groq's own."""
    usage = {"prompt_tokens": 9, "completion_tokens": 5}
    places = ({"usage": usage}, {"choices": [{"usage": usage}]}, {"x_groq": {"usage": usage}})
    assert [grown(Usage(), place) for place in places] == [Usage(prompt=9, completion=5)] * 3


@pytest.mark.parametrize(
    ("event", "error"),
    [
        (b'event: error\ndata: {"message":"upstream died"}', "upstream died"),
        (b"event:error\r\ndata: upstream died", "upstream died"),
        (b"event: error", "an error without words"),
        (b'error: {"code":400,"message":"too long"}', "too long"),
        (b"error: died", "died"),
        (b'data: {"message":"died","code":"502"}', "died"),
        (b'data: {"type":"error","message":"died"}', "died"),
        (b'event: error\ndata: {"error":{"msg":"died"}}', "died"),
        (b'data: {"base_resp":{"status_code":2013,"status_msg":"died"}}', "died"),
    ],
)
def test_an_error_in_a_stream_is_known_in_every_shape(event: bytes, error: str) -> None:
    """By the name of the event or of its field, or by what stands in it."""
    reading = Reading()
    reading.take(event_object(event + b"\n\n"))
    assert reading.error == error and reading.error_body is not None


@pytest.mark.parametrize(
    "answer",
    [
        {"choices": [], "error": None},
        {"choices": [{"delta": {"content": "x"}}], "code": 500, "message": "fine"},
        {"choices": None, "base_resp": {"status_code": 0, "status_msg": "success"}},
        {"message": "processing", "code": 102},
    ],
)
def test_what_only_looks_like_an_error_is_none(answer: dict) -> None:
    """Some have an empty place for it in every answer."""
    reading = Reading()
    reading.take(answer)
    assert reading.error_body is None


@pytest.mark.parametrize(
    "later",
    [
        {},
        {"prompt_tokens": None, "completion_tokens": None},
        None,
        {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
        {"prompt_tokens": 7, "completion_tokens": 2},
    ],
)
def test_usage_only_grows(later: object) -> None:
    """Some servers send an empty one behind it, or zeros."""
    reading = Reading()
    reading.take({"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3}})
    reading.take({"choices": [], "usage": later})
    assert (reading.usage.prompt, reading.usage.completion) == (7, 3)
