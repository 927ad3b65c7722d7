"""Reading chat completions."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.gateway.error_body import error_in, told
from cab_core.gateway.events import event_object
from cab_core.gateway.json_body import parse_object
from cab_core.gateway.protocols.openai_chat import ChatReading
from cab_core.records import Usage
from tests.support.wire import CHAT, read_chat

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
    extended = read_chat(json.dumps(request).encode()).extended
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
    assert read_chat(f'{{"model": "m", {fields}}}'.encode()).model is None


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
    assert read_chat(f'{{"model": "m", {fields}}}'.encode()).model == "m"


@given(JSON)
def test_any_json_can_be_read(value: object) -> None:
    """No event, however odd, breaks the reading."""
    reading = ChatReading()
    reading.take(
        parse_object(json.dumps({"usage": value, "choices": [], "model": value, "error": value}).encode())
    )


def test_usage_is_read_in_each_of_its_places() -> None:
    """Beside the choices, in one of them, or in one of Groq's own."""
    usage = {"prompt_tokens": 9, "completion_tokens": 5}
    places = ({"usage": usage}, {"choices": [{"usage": usage}]}, {"x_groq": {"usage": usage}})
    readings = [ChatReading() for _ in places]
    for reading, place in zip(readings, places, strict=True):
        reading.take(place)
    assert [r.usage for r in readings] == [Usage(prompt=9, completion=5)] * 3


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
    reading = ChatReading()
    reading.take(event_object(event + b"\n\n"))
    assert reading.failed is not None and told(error_in(reading.failed)) == error


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
    reading = ChatReading()
    reading.take(answer)
    assert reading.failed is None


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
    reading = ChatReading()
    reading.take({"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3}})
    reading.take({"choices": [], "usage": later})
    assert (reading.usage.prompt, reading.usage.completion) == (7, 3)


@given(
    st.dictionaries(st.text(), JSON, max_size=4), st.sampled_from([{}, {"include_usage": False}, {"x": 1.10}])
)
def test_options_that_are_there_keep_every_other_byte(extra: dict, options: dict) -> None:
    """Only the one field is put in, or its value."""
    request = {**extra, "stream": True, "stream_options": options}
    body = json.dumps(request, indent=1).encode()
    extended = read_chat(body).extended
    assert extended is not None
    assert json.loads(extended) == {**request, "stream_options": {**options, "include_usage": True}}
    assert len(extended) - len(body) in (len(b'"include_usage":true'), len(b'"include_usage":true,'), -1)


def test_numbers_keep_their_digits() -> None:
    """A request that is extended is not written anew."""
    body = b'{"model": "m", "top_p": 1.10, "seed": 12345678901234567890.123456789, "stream": true, "stream_options": {}}'
    extended = read_chat(body).extended
    assert extended == body.replace(b"{}", b'{"include_usage":true}')


@pytest.mark.parametrize(
    ("choices", "ours"),
    [
        ([], True),
        ([{"index": 0, "delta": {}}], True),  # LiteLLM
        ([{"index": 0, "delta": {"content": "word"}}], False),
        ([{"index": 0, "delta": {}, "finish_reason": "stop"}], False),
        ([{"index": 0, "text": "word"}], False),
        ([5], False),
        (None, False),
    ],
)
def test_the_event_that_brings_usage_alone_is_the_one_that_was_asked_for(choices: object, ours: bool) -> None:
    """An event in which anything else is said goes on to the CLI."""
    assert CHAT.is_ours({"choices": choices, "usage": {"prompt_tokens": 1}}) is ours
    assert not CHAT.is_ours({"choices": choices, "usage": None})
