"""generateContent: Google's own client, the gateway, and what Google sends."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import attrs
import pytest
from google import genai
from google.genai import errors, types

from cab_core.gateway.scripted.upstream import ScriptedUpstream
from cab_core.gateway.session import CellSession
from cab_core.plugins.protocols import Reply
from cab_core.records import Limits, Usage
from tests.gateway.protocols.conftest import USED, said_of
from tests.support.forms import gemini as form
from tests.support.strict import objects_of, strictly
from tests.support.vendor import Paced, Sent, Vendor, cell_before, events
from tests.support.wire import GEMINI

# Google does not say what was written to a cache.
ALL_USED = attrs.evolve(USED, cache_write=None, audio=10)
SCHEMA = {"type": "OBJECT", "properties": {"path": {"type": "STRING"}}}
TOOL = types.Tool.model_validate(
    {"function_declarations": [{"name": "read_file", "description": "Reads.", "parameters": SCHEMA}]}
)
CONFIG = types.GenerateContentConfig(tools=[TOOL])
Opened = tuple[genai.Client, CellSession]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    """Open a cell before an upstream: the client and the session."""
    with ExitStack() as stack:

        def make(upstream: Any, retries: Any = None, **more: Any) -> Opened:
            url, session = stack.enter_context(cell_before(upstream, GEMINI, tmp_path / "calls", **more))
            options = types.HttpOptions(base_url=url, retry_options=retries)
            return genai.Client(api_key=session.token, http_options=options), session

        yield make


PARTS = (form.THOUGHT, form.TEXT, *form.CALLS)


def test_every_form_is_googles() -> None:
    """What our endpoint sends is what the client's own types say; so a test with it says something."""
    for found in (form.answer(*PARTS), *form.sequence(*PARTS), form.blocked()):
        strictly(types.GenerateContentResponse, found)


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_with_everything_in_it(opened: Callable[..., Opened], vendor: Vendor, stream: bool) -> None:
    """Thoughts, words and parallel calls reach the client; of what each event says of usage the last counts."""
    client, session = opened(vendor)
    vendor.send(form.stream(*PARTS) if stream else form.answer(*PARTS))
    ask: Any = client.models.generate_content_stream if stream else client.models.generate_content
    found = ask(model="m", contents="hi", config=CONFIG)
    parts = [p for answer in (found if stream else [found]) for p in answer.parts or ()]
    assert [p.function_call.name for p in parts if p.function_call] == ["read_file", "list_files"]
    assert [p.text for p in parts if p.text] == ["I should look.", "I look."]
    [call] = session.calls
    assert (said_of(call), call.usage, call.odd) == (("answered", "m-2026", "STOP"), ALL_USED, None)
    assert vendor.asked[0][0].partition("?")[2] == ("alt=sse" if stream else "")
    seen = session.observed()
    assert (seen.last_answer, seen.last_reasoning) == ("I look.", "I should look.")
    assert {t.name: t.called for t in seen.tools} == {"read_file": 1, "list_files": 1}


def test_a_stream_that_is_a_list(opened: Callable[..., Opened], vendor: Vendor) -> None:
    """Without `alt=sse` that is the protocol's own form: read to its end, and nothing is odd in it."""
    client, session = opened(vendor)
    vendor.send(form.sequence(*PARTS))
    url = f"{client._api_client._http_options.base_url}/v1beta/models/m:streamGenerateContent"
    body = {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}
    request = urllib.request.Request(url, json.dumps(body).encode(), {"x-goog-api-key": session.token})
    with urllib.request.urlopen(request) as reply:
        assert json.load(reply) == form.sequence(*PARTS)
    [call] = session.calls
    assert (said_of(call), call.usage, call.odd) == (("answered", "m-2026", "STOP"), ALL_USED, None)


def test_two_candidates_end_when_both_have(opened: Callable[..., Opened], vendor: Vendor) -> None:
    """What comes behind the end of the first counts, too."""
    client, session = opened(vendor)
    first, second = form.answer(form.TEXT), form.answer(form.TEXT, finish=None, index=1)
    late = form.answer(
        form.TEXT, index=1, usage={**form.USAGE, "candidatesTokenCount": 500, "totalTokenCount": 1590}
    )
    vendor.send(events({**first, "candidates": [*first["candidates"], *second["candidates"]]}, late))
    list(client.models.generate_content_stream(model="m", contents="hi"))
    assert session.calls[0].usage.completion == 590 and session.observed().last_answer == "I look."


def _so_far(tokens: int, finish: str | None) -> dict[str, Any]:
    """An event, with as many tokens as there were by then."""
    used = {"promptTokenCount": 5, "candidatesTokenCount": tokens, "totalTokenCount": 5 + tokens}
    return form.answer(form.TEXT, finish=finish, usage=used)


def test_a_reason_in_each_event_is_no_end(opened: Callable[..., Opened], vendor: Vendor) -> None:
    """Some relays say STOP from the first event on: what comes behind it counts, too."""
    client, session = opened(vendor)
    paced = Paced(events(*(_so_far(n, "STOP") for n in (1, 2, 3))))
    vendor.send(paced)
    for _ in client.models.generate_content_stream(model="m", contents="hi"):
        paced.arrived.release()
    assert session.calls[0].usage == Usage(prompt=5, completion=3, cached=0, reasoning=0)


def test_what_goes_on_behind_a_reason_and_is_cut_was_dropped(
    opened: Callable[..., Opened], vendor: Vendor
) -> None:
    """The reason at its beginning was no end."""
    client, session = opened(vendor)
    vendor.send(events(_so_far(0, "STOP"), _so_far(2, None)), measured=False)
    with suppress(Exception):  # what the client makes of it is its own
        list(client.models.generate_content_stream(model="m", contents="hi"))
    assert (session.calls[0].fault, session.calls[0].usage) == ("dropped", Usage())


def test_what_was_not_used_is_none_of_it(opened: Callable[..., Opened], vendor: Vendor) -> None:
    """Counts of 0 are left out; without a total, nobody says so."""
    client, session = opened(vendor)
    used = {"promptTokenCount": 5, "totalTokenCount": 5}
    vendor.send(
        form.answer(finish="SAFETY", usage=used), form.answer(form.TEXT, usage={"promptTokenCount": 5})
    )
    for _ in range(2):
        client.models.generate_content(model="m", contents="hi")
    assert [c.usage for c in session.calls] == [
        Usage(prompt=5, completion=0, cached=0, reasoning=0),
        Usage(prompt=5),
    ]


def test_a_conversation_with_a_scripted_model(
    opened: Callable[..., Opened], script: ScriptedUpstream
) -> None:
    """It calls a tool, is given an image and a result, and says what that was, streamed and not."""
    client, session = opened(script)
    image = types.Part.from_bytes(data=b"\x89PNG", mime_type="image/png")
    asked: Any = [types.Content(role="user", parts=[types.Part(text="look"), image])]
    config = types.GenerateContentConfig(tools=[TOOL], system_instruction="s")
    *_, last = client.models.generate_content_stream(model="m", contents=asked, config=config)
    [made] = last.function_calls or []
    assert (made.name, made.args) == ("read_file", {"path": "a"})
    result = types.Part.from_function_response(name="read_file", response={"result": "one"})
    asked += [last.candidates[0].content, types.Content(role="user", parts=[result])]  # type: ignore[index]
    second = client.models.generate_content(model="m", contents=asked, config=config)
    assert second.text == 'it says {"result": "one"}'
    assert [c.ended for c in session.calls] == ["answered"] * 2
    assert [(t.name, t.called) for t in session.observed().tools] == [("read_file", 1)]


def test_what_a_scripted_model_says_is_googles() -> None:
    """Every event, the whole answer, a count and a model hold before the client's own types."""
    reply, usage = Reply(text="I look.", tool=("read_file", {"path": "a"})), Usage(prompt=1, completion=2)
    strictly(types.GenerateContentResponse, GEMINI.whole("m", {}, reply, usage))
    for event in objects_of([GEMINI.piece("m", "I look."), *GEMINI.closing("m", {}, reply, usage)]):
        strictly(types.GenerateContentResponse, event)
    strictly(types.CountTokensResponse, GEMINI.counted(3))


def test_a_prompt_that_was_blocked_is_refused_for_its_content(
    opened: Callable[..., Opened], vendor: Vendor
) -> None:
    """No candidate comes, but a reason, and what reading it took; streamed and not."""
    client, session = opened(vendor)
    vendor.send(form.blocked(), events(form.blocked()))
    assert client.models.generate_content(model="m", contents="hi").candidates is None
    list(client.models.generate_content_stream(model="m", contents="hi"))
    for call in session.calls:
        assert (call.ended, call.refused) == ("refused", "policy") and "PROHIBITED_CONTENT" in (
            call.error or ""
        )
        assert call.usage == Usage(prompt=990, completion=0, cached=0, reasoning=0)


@pytest.mark.parametrize("reason", ["MAX_TOKENS", "SAFETY", "RECITATION", "MALFORMED_FUNCTION_CALL"])
def test_an_end_of_whatever_reason_is_an_answer(
    opened: Callable[..., Opened], vendor: Vendor, reason: str
) -> None:
    """It is the model's own, or its provider's."""
    client, session = opened(vendor)
    vendor.send(events(form.answer(finish=reason)))
    list(client.models.generate_content_stream(model="m", contents="hi"))
    assert said_of(session.calls[0]) == ("answered", "m-2026", reason)


def test_structured_output_is_parsed(opened: Callable[..., Opened], vendor: Vendor) -> None:
    """The schema goes on as it came, and the answer comes back as the client's own class."""
    from pydantic import BaseModel

    class Found(BaseModel):
        path: str

    client, _ = opened(vendor)
    vendor.send(form.answer({"text": '{"path":"a"}'}))
    config = types.GenerateContentConfig(response_mime_type="application/json", response_schema=Found)
    assert client.models.generate_content(model="m", contents="hi", config=config).parsed == Found(path="a")
    assert vendor.asked[0][1]["generationConfig"]["responseMimeType"] == "application/json"


def test_tokens_are_counted_without_a_call(opened: Callable[..., Opened], vendor: Vendor) -> None:
    """The question goes to the endpoint, and is none of the model's calls."""
    client, session = opened(vendor)
    vendor.send({"totalTokens": 12})
    assert client.models.count_tokens(model="m", contents="hi").total_tokens == 12
    assert vendor.asked[0][0] == "/v1/models/m:countTokens" and not session.calls


def test_the_model_is_listed(opened: Callable[..., Opened], vendor: Vendor) -> None:
    """The cell's, and no other."""
    client, _ = opened(vendor)
    assert [m.name for m in client.models.list()] == [client.models.get(model="m").name] == ["models/m"]


@pytest.mark.parametrize(
    "retries", [None, types.HttpRetryOptions(attempts=3, initial_delay=0, max_delay=0, jitter=0)]
)
def test_no_call_comes_of_trying_again(opened: Callable[..., Opened], vendor: Vendor, retries: Any) -> None:
    """The client tries again only where it is told to, and then by the status alone: nothing goes out for it."""
    client, session = opened(vendor, retries, limits=Limits(wall_s=20, calls=1))
    vendor.send(form.answer(form.TEXT))
    client.models.generate_content(model="m", contents="hi")
    with pytest.raises(errors.ClientError) as limited:
        client.models.generate_content(model="m", contents="hi")
    assert (limited.value.code, limited.value.status) == (429, "RESOURCE_EXHAUSTED")
    assert (len(vendor.asked), len(session.calls)) == (1, 1)


def test_what_the_endpoint_refuses_reaches_the_client(opened: Callable[..., Opened], vendor: Vendor) -> None:
    """In its own words, as the client's own class of error."""
    client, session = opened(vendor)
    said = {
        "code": 400,
        "message": "API key not valid. Please pass a valid API key.",
        "status": "INVALID_ARGUMENT",
    }
    vendor.send(Sent({"error": said}, 400))
    with pytest.raises(errors.ClientError, match="API key not valid"):
        client.models.generate_content(model="m", contents="hi")
    assert [(c.ended, c.fault) for c in session.calls] == [("failed", "http_400")]
