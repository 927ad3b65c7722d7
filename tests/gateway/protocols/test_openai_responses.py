"""Responses: OpenAI's own client, the gateway, and what OpenAI sends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import openai
import pytest
from openai.types.responses import InputTokenCountResponse, Response, ResponseStreamEvent

from cab_core.gateway.scripted.upstream import ScriptedUpstream
from cab_core.gateway.session import CellSession
from cab_core.plugins.protocols import Reply
from cab_core.records import Limits, Usage
from tests.gateway.protocols.conftest import USED, said_of
from tests.support.forms import responses as form
from tests.support.strict import objects_of, strictly
from tests.support.vendor import Sent, Vendor, cell_before, events
from tests.support.wire import RESPONSES

TOOL: Any = {
    "type": "function",
    "name": "read_file",
    "description": "Reads.",
    "strict": False,
    "parameters": {"type": "object", "properties": {"path": {"type": "string"}}},
}
Opened = tuple[openai.OpenAI, CellSession]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    """Open a cell before an upstream: the client and the session."""
    with ExitStack() as stack:

        def make(upstream: Any, **more: Any) -> Opened:
            url, session = stack.enter_context(cell_before(upstream, RESPONSES, tmp_path / "calls", **more))
            return openai.OpenAI(base_url=url, api_key=session.token), session

        yield make


OUTPUT = (form.REASONING, form.MESSAGE, *form.CALLS, form.CUSTOM, form.SHELL)


def test_every_form_is_openais() -> None:
    """What our endpoint sends is what the client's own types say; so a test with it says something."""
    strictly(Response, form.response(*OUTPUT))
    for found in form.sequence(*OUTPUT, form.REFUSAL):
        strictly(ResponseStreamEvent, found)


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_with_everything_in_it(opened: Callable[..., Opened], vendor: Vendor, stream: bool) -> None:
    """Reasoning, words and parallel calls reach the client as they were sent; usage, names and end are recorded."""
    client, session = opened(vendor)
    vendor.send(form.stream(*OUTPUT) if stream else form.response(*OUTPUT))
    if stream:
        with client.responses.stream(model="m", input="hi", tools=[TOOL]) as found:
            kinds = [e.type for e in found]
            answer = found.get_final_response()
        assert kinds[0] == "response.created" and kinds[-1] == "response.completed"
    else:
        answer = client.responses.create(model="m", input="hi", tools=[TOOL])
    assert answer.output_text == "I look." and [i.type for i in answer.output] == [i["type"] for i in OUTPUT]
    [call] = session.calls
    assert (said_of(call), call.usage, call.odd) == (("answered", "m-2026", "completed"), USED, None)
    seen = session.observed()
    assert (seen.last_answer, seen.last_reasoning) == ("I look.", "I should look.")
    called = {t.name for t in seen.tools if t.called}
    assert called == {"read_file", "list_files", "patch", "local_shell"}


def test_a_conversation_with_a_scripted_model(
    opened: Callable[..., Opened], script: ScriptedUpstream
) -> None:
    """It calls a tool, is given an image and a result, and says what that was, streamed and not."""
    client, session = opened(script)
    image: Any = {"type": "input_image", "detail": "auto", "image_url": "data:image/png;base64,iVBORw0KGgo="}
    asked: list[Any] = [{"role": "user", "content": [{"type": "input_text", "text": "look at this"}, image]}]
    with client.responses.stream(model="m", input=asked, tools=[TOOL]) as found:
        first = found.get_final_response()
    made = first.output[-1]
    assert made.type == "function_call" and (made.name, made.arguments) == ("read_file", '{"path": "a"}')
    asked += [*first.output, {"type": "function_call_output", "call_id": made.call_id, "output": "one"}]
    assert client.responses.create(model="m", input=asked, tools=[TOOL]).output_text == "it says one"
    assert [c.ended for c in session.calls] == ["answered"] * 2
    assert [(t.name, t.called) for t in session.observed().tools] == [("read_file", 1)]
    usage = first.usage
    assert usage is not None
    assert session.calls[0].usage == Usage(
        prompt=usage.input_tokens, completion=usage.output_tokens, cached=0, cache_write=0, reasoning=0
    )


@pytest.mark.parametrize("kind", ["function", "custom"])
def test_what_a_scripted_model_says_is_openais(kind: str) -> None:
    """Every event, the whole answer and a count hold before the client's own types; numbers grow."""
    request = {
        "tools": [{**TOOL, "type": kind}] if kind == "function" else [{"type": kind, "name": "read_file"}]
    }
    arguments = {"path": "a"} if kind == "function" else {"input": "a"}
    reply, usage = Reply(text="I look.", tool=("read_file", arguments)), Usage(prompt=1, completion=2)
    strictly(Response, RESPONSES.whole("m", request, reply, usage))
    closing = RESPONSES.closing("m", request, reply, usage)
    found = list(objects_of([*RESPONSES.opening("m", request), RESPONSES.piece("m", "I look."), *closing]))
    for event in found:
        strictly(ResponseStreamEvent, event)
    assert [e["sequence_number"] for e in found] == list(range(len(found)))
    strictly(InputTokenCountResponse, RESPONSES.counted(3))


def test_a_refusal_of_the_model_is_its_answer(opened: Callable[..., Opened], vendor: Vendor) -> None:
    """It is told in a place of its own."""
    client, session = opened(vendor)
    vendor.send(form.stream(form.REFUSAL))
    with client.responses.stream(model="m", input="hi") as found:
        found.until_done()
    assert session.calls[0].ended == "answered" and session.observed().last_answer == "I cannot help."


@pytest.mark.parametrize("reason", ["max_output_tokens", "content_filter"])
def test_an_answer_that_was_cut_is_one(opened: Callable[..., Opened], vendor: Vendor, reason: str) -> None:
    """Its reason is what is recorded, and its usage counts."""
    client, session = opened(vendor)
    vendor.send(form.stream(form.MESSAGE, last="incomplete", incomplete_details={"reason": reason}))
    assert [e.type for e in client.responses.create(model="m", input="hi", stream=True)][
        -1
    ] == "response.incomplete"
    assert said_of(session.calls[0]) == ("answered", "m-2026", reason) and session.calls[0].usage == USED


@pytest.mark.parametrize(
    ("code", "ended", "why"),
    [
        ("server_error", "failed", "error_in_200"),
        ("rate_limit_exceeded", "failed", "error_in_200"),
        ("context_length_exceeded", "refused", "context"),
        ("invalid_prompt", "refused", "policy"),
    ],
)
def test_a_failed_response_is_told_as_one(
    opened: Callable[..., Opened], vendor: Vendor, code: str, ended: str, why: str
) -> None:
    """Whose fault it is, its code and words say."""
    client, session = opened(vendor)
    said = (
        "Your prompt was flagged as potentially violating our usage policy."
        if why == "policy"
        else "It failed."
    )
    vendor.send(form.stream(form.MESSAGE, last="failed", error={"code": code, "message": said}))
    list(client.responses.create(model="m", input="hi", stream=True))
    [call] = session.calls
    assert (call.ended, call.fault or call.refused, call.error) == (ended, why, said)


def test_an_error_among_the_events(opened: Callable[..., Opened], vendor: Vendor) -> None:
    """The client is shown it, and no model answered."""
    client, session = opened(vendor)
    error = {
        "type": "error",
        "code": "server_error",
        "message": "It broke.",
        "param": None,
        "sequence_number": 2,
    }
    strictly(ResponseStreamEvent, error)
    vendor.send(events(*form.sequence(form.MESSAGE)[:5], error, named=True))
    *_, last = client.responses.create(model="m", input="hi", stream=True)
    assert last.type == "error" and last.message == "It broke."
    assert (session.calls[0].fault, session.calls[0].error) == ("error_in_200", "It broke.")


def test_structured_output_is_parsed(opened: Callable[..., Opened], vendor: Vendor) -> None:
    """The schema goes on as it came, and the answer comes back as the client's own class."""
    from pydantic import BaseModel

    class Found(BaseModel):
        path: str

    client, _ = opened(vendor)
    item = {**form.MESSAGE, "content": [{**form.MESSAGE["content"][0], "text": '{"path":"a"}'}]}  # type: ignore[index]
    vendor.send(form.response(item))
    assert client.responses.parse(model="m", input="hi", text_format=Found).output_parsed == Found(path="a")
    assert vendor.asked[0][1]["text"]["format"]["schema"]["properties"] == {
        "path": {"title": "Path", "type": "string"}
    }


def test_tokens_are_counted_without_a_call(opened: Callable[..., Opened], vendor: Vendor) -> None:
    """The question goes to the endpoint, and is none of the model's calls."""
    client, session = opened(vendor)
    vendor.send({"object": "response.input_tokens", "input_tokens": 12})
    assert client.responses.input_tokens.count(model="m", input="hi").input_tokens == 12
    assert vendor.asked[0][0] == "/v1/responses/input_tokens" and not session.calls


def test_the_model_is_listed(opened: Callable[..., Opened], vendor: Vendor) -> None:
    """The cell's, and no other."""
    client, _ = opened(vendor)
    assert [m.id for m in client.models.list()] == [client.models.retrieve("m").id] == ["m"]


def test_our_refusals_are_not_tried_again(opened: Callable[..., Opened], vendor: Vendor) -> None:
    """The client raises what it is told, at once: no second call goes out."""
    client, session = opened(vendor, limits=Limits(wall_s=20, calls=1))
    vendor.send(form.response(form.MESSAGE))
    client.responses.create(model="m", input="hi")
    tries: list[Any] = []
    client._client.event_hooks["response"] = [tries.append]
    with pytest.raises(openai.RateLimitError) as limited:
        client.responses.create(model="m", input="hi")
    assert (limited.value.code, len(tries), len(vendor.asked), len(session.calls)) == ("cab_limit", 1, 1, 1)
    with pytest.raises(openai.NotFoundError) as other:
        client.responses.create(model="other", input="hi")
    assert other.value.code == "cab_model" and len(tries) == 2


def test_what_the_endpoint_refuses_reaches_the_client(opened: Callable[..., Opened], vendor: Vendor) -> None:
    """In its own words, as the client's own class of error."""
    client, session = opened(vendor)
    said = {
        "message": "Incorrect API key provided",
        "type": "invalid_request_error",
        "code": "invalid_api_key",
    }
    vendor.send(Sent({"error": said}, 401))
    with pytest.raises(openai.AuthenticationError, match="Incorrect API key"):
        client.responses.create(model="m", input="hi")
    assert [(c.ended, c.fault) for c in session.calls] == [("failed", "http_401")]


ECHO = {"type": "function", "name": "echo", "description": "d", "parameters": {}}
SPACES = [{"type": "namespace", "name": f"mcp__{n}", "tools": [ECHO]} for n in "ab"]


def test_tools_of_two_namespaces_are_told_apart() -> None:
    """Offered, called and in the conversation that is sent again, each has its namespace in front."""
    request = {"input": "x", "tools": [ECHO, *SPACES]}
    names = [t["function"]["name"] for t in RESPONSES.as_chat(request)["tools"]]
    assert names == ["echo", "mcp__a__echo", "mcp__b__echo"]
    answer = RESPONSES.whole("m", request, Reply(tool=("mcp__b__echo", {})), Usage(prompt=1, completion=1))
    [item] = answer["output"]
    assert (item["name"], item["namespace"]) == ("echo", "mcp__b")
    reading = RESPONSES.reading()
    reading.take(answer)
    assert list(reading.said.calls.values()) == ["mcp__b__echo"]
    [said] = RESPONSES.as_chat({"input": [item]})["messages"]
    assert said["tool_calls"][0]["function"]["name"] == "mcp__b__echo"
