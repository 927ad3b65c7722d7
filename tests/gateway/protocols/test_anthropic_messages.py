"""Messages: Anthropic's own client, the gateway, and what Anthropic sends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import anthropic
import attrs
import pytest
from anthropic.types import Message, MessageTokensCount, ModelInfo, RawMessageStreamEvent
from anthropic.types.shared import ErrorResponse

from cab_core.gateway.scripted.upstream import ScriptedUpstream
from cab_core.gateway.session import CellSession
from cab_core.plugins.protocols import Reply
from cab_core.records import Limits, Usage
from tests.gateway.protocols import conftest
from tests.gateway.protocols.conftest import said_of
from tests.support.forms import messages as form
from tests.support.strict import objects_of, strictly
from tests.support.vendor import Sent, Vendor, cell_before, events
from tests.support.wire import MESSAGES

# Anthropic says for how long a cache keeps what it took.
USED = attrs.evolve(conftest.USED, cache_write_1h=0)

TOOL: Any = {
    "name": "read_file",
    "description": "Reads.",
    "input_schema": {"type": "object", "properties": {"path": {"type": "string"}}},
}
HI: Any = {"model": "m", "max_tokens": 99, "messages": [{"role": "user", "content": "hi"}]}
Opened = tuple[anthropic.Anthropic, CellSession]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    """Open a cell before an upstream: the client and the session."""
    with ExitStack() as stack:

        def make(upstream: Any, **more: Any) -> Opened:
            url, session = stack.enter_context(cell_before(upstream, MESSAGES, tmp_path / "calls", **more))
            return anthropic.Anthropic(base_url=url, api_key=session.token), session

        yield make


CONTENT = (form.THINKING, form.REDACTED, form.SEARCH, form.FOUND, form.TEXT, *form.CALLS)


def test_every_form_is_anthropics() -> None:
    """What our endpoint sends is what the client's own types say; so a test with it says something."""
    strictly(Message, form.message(*CONTENT))
    for found in form.sequence(*CONTENT):
        if found not in (form.PING, form.OVERLOADED):  # which the types leave out
            strictly(RawMessageStreamEvent, found)
    strictly(ErrorResponse, {**form.OVERLOADED, "request_id": None})


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_with_everything_in_it(opened: Callable[..., Opened], vendor: Vendor, stream: bool) -> None:
    """Thoughts, words, a server's tool and parallel calls reach the client; usage of both events is recorded."""
    client, session = opened(vendor)
    vendor.send(form.stream(*CONTENT, stop="tool_use") if stream else form.message(*CONTENT, stop="tool_use"))
    if stream:
        with client.messages.stream(**HI, tools=[TOOL]) as found:
            answer: Any = found.get_final_message()
    else:
        answer = client.messages.create(**HI, tools=[TOOL])
    assert [b.type for b in answer.content] == [b["type"] for b in CONTENT]
    assert [b.input for b in answer.content if b.type == "tool_use"] == [{"path": "a"}] * 2
    [call] = session.calls
    assert (said_of(call), call.usage, call.odd) == (("answered", "m-2026", "tool_use"), USED, None)
    seen = session.observed()
    assert (seen.last_answer, seen.last_reasoning) == ("I look.", "I should look.")
    assert {t.name: t.called for t in seen.tools} == {"read_file": 1, "list_files": 1, "web_search": 1}


def test_usage_that_grows_with_a_servers_tools(opened: Callable[..., Opened], vendor: Vendor) -> None:
    """The last event says the input anew, what was read from a cache in its own place."""
    client, session = opened(vendor)
    more = {
        "input_tokens": 500,
        "cache_creation_input_tokens": 100,
        "cache_read_input_tokens": 900,
        "output_tokens": 40,
    }
    vendor.send(form.stream(form.SEARCH, form.FOUND, form.TEXT, **more))
    with client.messages.stream(**HI) as found:
        found.until_done()
    assert session.calls[0].usage == Usage(
        prompt=1500, completion=40, cached=900, cache_write=100, cache_write_1h=0
    )


def test_a_conversation_with_a_scripted_model(
    opened: Callable[..., Opened], script: ScriptedUpstream
) -> None:
    """It calls a tool, is given an image and a result, and says what that was, streamed and not."""
    client, session = opened(script)
    source = {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}
    asked: Any = [
        {"role": "user", "content": [{"type": "text", "text": "look"}, {"type": "image", "source": source}]}
    ]
    with client.messages.stream(model="m", max_tokens=99, system="s", messages=asked, tools=[TOOL]) as found:
        first = found.get_final_message()
    made = first.content[-1]
    assert made.type == "tool_use" and (made.name, made.input, first.stop_reason) == (
        "read_file",
        {"path": "a"},
        "tool_use",
    )
    result = {"type": "tool_result", "tool_use_id": made.id, "content": "one"}
    asked += [{"role": "assistant", "content": first.content}, {"role": "user", "content": [result]}]
    second = client.messages.create(model="m", max_tokens=99, messages=asked, tools=[TOOL])
    assert [b.text for b in second.content if b.type == "text"] == ["it says one"]
    assert [c.ended for c in session.calls] == ["answered"] * 2
    assert [(t.name, t.called) for t in session.observed().tools] == [("read_file", 1)]
    assert session.calls[0].usage.completion == first.usage.output_tokens


def test_what_a_scripted_model_says_is_anthropics() -> None:
    """Every event, the whole message, a count, a model and a refusal hold before the client's own types."""
    reply, usage = Reply(text="I look.", tool=("read_file", {"path": "a"})), Usage(prompt=1, completion=2)
    strictly(Message, MESSAGES.whole("m", {}, reply, usage))
    closing = MESSAGES.closing("m", {}, reply, usage)
    for event in objects_of([*MESSAGES.opening("m", {}), MESSAGES.piece("m", "I look."), *closing]):
        strictly(RawMessageStreamEvent, event)
    strictly(MessageTokensCount, MESSAGES.counted(3))
    strictly(ModelInfo, MESSAGES.entry("m"))
    for status in (400, 401, 403, 404, 429, 500, 502, 529):  # 413 is documented, and missing in the types
        strictly(ErrorResponse, MESSAGES.error(status, "no", "cab_limit"))


@pytest.mark.parametrize(
    "reason", ["max_tokens", "stop_sequence", "pause_turn", "refusal", "model_context_window_exceeded"]
)
def test_an_end_of_whatever_reason_is_an_answer(
    opened: Callable[..., Opened], vendor: Vendor, reason: str
) -> None:
    """It is the model's own, or its provider's."""
    client, session = opened(vendor)
    vendor.send(form.stream(form.TEXT, stop=reason))
    with client.messages.stream(**HI) as found:
        found.until_done()
    assert said_of(session.calls[0]) == ("answered", "m-2026", reason)


def test_an_answer_without_a_word_is_one(opened: Callable[..., Opened], vendor: Vendor) -> None:
    """After a tool's result the model may have nothing to add."""
    client, session = opened(vendor)
    vendor.send(form.message())
    assert client.messages.create(**HI).content == []
    assert said_of(session.calls[0]) == ("answered", "m-2026", "end_turn") and session.calls[0].usage == USED


def test_an_overload_in_the_middle_of_a_stream(opened: Callable[..., Opened], vendor: Vendor) -> None:
    """The client raises it, no model answered, and what it took is known at the least."""
    client, session = opened(vendor)
    vendor.send(events(*form.sequence(form.TEXT)[:4], form.OVERLOADED, named=True))
    with pytest.raises(anthropic.APIStatusError, match="Overloaded"), client.messages.stream(**HI) as found:
        found.until_done()
    [call] = session.calls
    assert (call.fault, call.error, call.at_least) == ("error_in_200", "Overloaded", 1002)


def test_structured_output_is_parsed(opened: Callable[..., Opened], vendor: Vendor) -> None:
    """The schema goes on as it came, and the answer comes back as the client's own class."""
    from pydantic import BaseModel

    class Found(BaseModel):
        path: str

    client, _ = opened(vendor)
    vendor.send(form.message({**form.TEXT, "text": '{"path":"a"}'}))
    assert client.messages.parse(**HI, output_format=Found).parsed_output == Found(path="a")
    assert "path" in vendor.asked[0][1]["output_config"]["format"]["schema"]["properties"]


def test_tokens_are_counted_without_a_call(opened: Callable[..., Opened], vendor: Vendor) -> None:
    """The question goes to the endpoint, and is none of the model's calls."""
    client, session = opened(vendor)
    vendor.send({"input_tokens": 12})
    assert client.messages.count_tokens(model="m", messages=HI["messages"]).input_tokens == 12
    assert vendor.asked[0][0] == "/v1/messages/count_tokens" and not session.calls


def test_the_model_is_listed(opened: Callable[..., Opened], vendor: Vendor) -> None:
    """The cell's, and no other."""
    client, _ = opened(vendor)
    assert [m.id for m in client.models.list()] == [client.models.retrieve("m").id] == ["m"]


def test_what_goes_to_the_endpoint_is_the_clients(opened: Callable[..., Opened], vendor: Vendor) -> None:
    """With its version and its beta features, the endpoint's key, and no trace of the cell's token."""
    client, session = opened(vendor)
    vendor.send(form.message(form.TEXT))
    client.messages.create(**HI, extra_headers={"anthropic-beta": "context-1m"})
    sent = vendor.headers[0]
    assert (sent["anthropic-version"], sent["anthropic-beta"]) == (
        client.default_headers["anthropic-version"],
        "context-1m",
    )
    assert sent["x-api-key"].startswith("sk-some") and session.token not in str(sent)


def test_our_refusals_are_not_tried_again(opened: Callable[..., Opened], vendor: Vendor) -> None:
    """The client raises what it is told, at once: no second call goes out."""
    client, session = opened(vendor, limits=Limits(wall_s=20, calls=1))
    vendor.send(form.message(form.TEXT))
    client.messages.create(**HI)
    tries: list[Any] = []
    client._client.event_hooks["response"] = [tries.append]
    with pytest.raises(anthropic.RateLimitError, match="no further call"):
        client.messages.create(**HI)
    assert (len(tries), len(vendor.asked), len(session.calls)) == (1, 1, 1)


def test_what_the_endpoint_refuses_reaches_the_client(opened: Callable[..., Opened], vendor: Vendor) -> None:
    """In its own words, as the client's own class of error."""
    client, session = opened(vendor)
    error = {"type": "authentication_error", "message": "invalid x-api-key"}
    vendor.send(Sent({"type": "error", "error": error, "request_id": "req_1"}, 401))
    with pytest.raises(anthropic.AuthenticationError, match="invalid x-api-key"):
        client.messages.create(**HI)
    assert [(c.ended, c.fault) for c in session.calls] == [("failed", "http_401")]


def test_each_answer_of_a_conversation_has_an_id_of_its_own() -> None:
    """A client puts answers of one id together as one message, and the conversation no longer grows."""
    said = {"role": "user", "content": "x"}
    answers = [
        MESSAGES.whole(
            "m", {"messages": [said] * n}, Reply(text="x", tool=("t", {})), Usage(prompt=1, completion=1)
        )
        for n in (1, 3, 5)
    ]
    assert len({a["id"] for a in answers}) == len({a["content"][1]["id"] for a in answers}) == 3
