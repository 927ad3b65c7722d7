"""Chat completions: OpenAI's own client, the gateway, and what OpenAI sends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import attrs
import openai
import pytest
from openai.types import Model
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.shared import ErrorObject

from cab_core.gateway import relay
from cab_core.gateway.scripted.upstream import ScriptedUpstream
from cab_core.gateway.session import CellSession
from cab_core.gateway.upstream import EndpointUpstream
from cab_core.plugins.protocols import Reply
from cab_core.records import Limits, Usage
from tests.gateway.protocols.conftest import USED, said_of
from tests.support.forms import chat as form
from tests.support.strict import objects_of, strictly
from tests.support.vendor import Sent, Vendor, cell_before, events
from tests.support.wire import CHAT

ALL_USED = attrs.evolve(USED, cache_write=None, audio=15)  # what was written to a cache it does not say
PARAMETERS = {"type": "object", "properties": {"path": {"type": "string"}}}
TOOL: Any = {"type": "function", "function": {"name": "read_file", "parameters": PARAMETERS}}
HI: Any = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
Opened = tuple[openai.OpenAI, CellSession]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    """Open a cell before an upstream: the client and the session."""
    with ExitStack() as stack:

        def make(upstream: Any, **more: Any) -> Opened:
            url, session = stack.enter_context(cell_before(upstream, CHAT, tmp_path / "calls", **more))
            return openai.OpenAI(base_url=url, api_key=session.token), session

        yield make


WHOLE = form.answer("tool_calls", content="I look.", tool_calls=form.CALLS, annotations=[])
STREAM = form.stream({"content": "I "}, {"content": "look."}, *form.called(), finish="tool_calls")


def test_every_form_is_openais() -> None:
    """What our endpoint sends is what the client's own types say; so a test with it says something."""
    strictly(ChatCompletion, WHOLE)
    strictly(ChatCompletion, form.answer(audio=form.AUDIO, refusal="no"))
    for found in objects_of(STREAM.encode()):
        strictly(ChatCompletionChunk, found)


@pytest.mark.parametrize("asks", [False, True], ids=["", "asks for usage"])
@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_with_everything_in_it(
    opened: Callable[..., Opened], vendor: Vendor, stream: bool, asks: bool
) -> None:
    """Words, log probabilities and parallel calls reach the client; usage that it did not ask for does not."""
    client, session = opened(vendor)
    vendor.send(STREAM if stream else WHOLE)
    more: Any = {"stream_options": {"include_usage": True}} if asks and stream else {}
    if stream:
        with client.chat.completions.stream(**HI, tools=[TOOL], logprobs=True, **more) as found:
            answer: Any = found.get_final_completion()
        assert (answer.usage is not None) == asks
        assert vendor.asked[0][1]["stream_options"] == {"include_usage": True}
    else:
        answer = client.chat.completions.create(**HI, tools=[TOOL], logprobs=True)
    [choice] = answer.choices
    assert choice.message.content == "I look." and choice.logprobs.content[0].token == "I"
    assert [(c.id, c.function.name, c.function.arguments) for c in choice.message.tool_calls] == [
        ("call_0", "read_file", '{"path":"a"}'),
        ("call_1", "list_files", '{"path":"a"}'),
    ]
    [call] = session.calls
    assert (said_of(call), call.usage, call.odd) == (("answered", "m-2026", "tool_calls"), ALL_USED, None)
    assert {t.name: t.called for t in session.observed().tools} == {"read_file": 1, "list_files": 1}


@pytest.mark.parametrize(
    "said", [{"refusal": "I cannot."}, {"audio": {**form.AUDIO, "transcript": "I cannot."}}]
)
def test_what_is_said_elsewhere_is_the_answer(
    opened: Callable[..., Opened], vendor: Vendor, said: dict[str, Any]
) -> None:
    """A refusal, and what was spoken."""
    client, session = opened(vendor)
    vendor.send(form.answer(**said), form.stream(said))
    client.chat.completions.create(**HI)
    assert session.observed().last_answer == "I cannot."
    list(client.chat.completions.create(**HI, stream=True))
    assert [c.ended for c in session.calls] == ["answered"] * 2


def test_a_conversation_with_a_scripted_model(
    opened: Callable[..., Opened], script: ScriptedUpstream
) -> None:
    """It calls a tool, is given an image and a result, and says what that was, streamed and not."""
    client, session = opened(script)
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
    asked: Any = [{"role": "user", "content": [{"type": "text", "text": "look"}, image]}]
    with client.chat.completions.stream(model="m", messages=asked, tools=[TOOL]) as found:
        said = found.get_final_completion().choices[0].message
    [made] = said.tool_calls or []
    assert (made.function.name, made.function.arguments) == ("read_file", '{"path": "a"}')
    asked += [said, {"role": "tool", "tool_call_id": made.id, "content": "one"}]
    second = client.chat.completions.create(model="m", messages=asked, tools=[TOOL])
    assert second.choices[0].message.content == "it says one"
    assert [c.ended for c in session.calls] == ["answered"] * 2
    assert [(t.name, t.called) for t in session.observed().tools] == [("read_file", 1)]


def test_what_a_scripted_model_says_is_openais() -> None:
    """Every event, the whole answer, a model and a refusal hold before the client's own types."""
    reply, usage = Reply(text="I look.", tool=("read_file", {"path": "a"})), Usage(prompt=1, completion=2)
    strictly(ChatCompletion, CHAT.whole("m", {}, reply, usage))
    closing = CHAT.closing("m", {"stream_options": {"include_usage": True}}, reply, usage)
    for event in objects_of([*CHAT.opening("m", {}), CHAT.piece("m", "I look."), *closing]):
        strictly(ChatCompletionChunk, event)
    strictly(Model, CHAT.entry("m"))
    strictly(ErrorObject, CHAT.error(429, "no", "cab_limit")["error"])


def test_an_error_among_the_events(opened: Callable[..., Opened], vendor: Vendor) -> None:
    """The client raises it, and no model answered."""
    client, session = opened(vendor)
    error = {"error": {"message": "It broke.", "type": "server_error", "param": None, "code": None}}
    vendor.send(events(form.chunk({"content": "I "}), error) + "data: [DONE]\n\n")
    with pytest.raises(openai.APIError, match="It broke"):
        list(client.chat.completions.create(**HI, stream=True))
    assert (session.calls[0].fault, session.calls[0].error) == ("error_in_200", "It broke.")


def test_structured_output_is_parsed(opened: Callable[..., Opened], vendor: Vendor) -> None:
    """The schema goes on as it came, and the answer comes back as the client's own class."""
    from pydantic import BaseModel

    class Found(BaseModel):
        path: str

    client, _ = opened(vendor)
    vendor.send(form.answer(content='{"path":"a"}'))
    found = client.chat.completions.parse(**HI, response_format=Found)
    assert found.choices[0].message.parsed == Found(path="a")
    assert "path" in vendor.asked[0][1]["response_format"]["json_schema"]["schema"]["properties"]


def test_the_model_is_listed(opened: Callable[..., Opened], vendor: Vendor) -> None:
    """The cell's, and no other."""
    client, _ = opened(vendor)
    assert [m.id for m in client.models.list()] == [client.models.retrieve("m").id] == ["m"]


def test_our_refusals_are_not_tried_again(opened: Callable[..., Opened], vendor: Vendor) -> None:
    """The client raises what it is told, at once: no second call goes out."""
    client, session = opened(vendor, limits=Limits(wall_s=20, calls=1))
    vendor.send(WHOLE)
    client.chat.completions.create(**HI)
    tries: list[Any] = []
    client._client.event_hooks["response"] = [tries.append]
    with pytest.raises(openai.RateLimitError) as limited:
        client.chat.completions.create(**HI)
    assert (limited.value.code, len(tries), len(vendor.asked), len(session.calls)) == ("cab_limit", 1, 1, 1)


def test_what_the_endpoint_refuses_reaches_the_client(opened: Callable[..., Opened], vendor: Vendor) -> None:
    """In its own words, as the client's own class of error."""
    client, session = opened(vendor)
    said = {
        "message": "The model `m` does not exist",
        "type": "invalid_request_error",
        "code": "model_not_found",
    }
    vendor.send(Sent({"error": said}, 404))
    with pytest.raises(openai.NotFoundError, match="does not exist"):
        client.chat.completions.create(**HI)
    assert [(c.ended, c.fault) for c in session.calls] == [("failed", "http_404")]


def test_an_endpoint_that_is_not_there_is_asked_for_by_the_gateway_alone(
    opened: Callable[..., Opened], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has tried four times: the client is told not to begin again."""
    monkeypatch.setattr(relay, "BACKOFF_S", 0.001)
    client, session = opened(EndpointUpstream("http://127.0.0.1:9/v1", None))
    with pytest.raises(openai.InternalServerError, match="upstream unreachable"):
        client.chat.completions.create(**HI)
    assert [(c.fault, c.tries) for c in session.calls] == [("unreachable", EndpointUpstream.tries)]
