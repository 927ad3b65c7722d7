"""What becomes of a cell for every way in which an endpoint fails to answer, with two ways to take it."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs
import pytest

from cab_core.gateway import relay
from cab_core.gateway.server import Gateway
from cab_core.gateway.session import CellSession, new_token
from cab_core.gateway.upstream import EndpointUpstream
from cab_core.plugins.protocols import StopSignal
from cab_core.records import CallSums, Execution, Grade, Limits
from cab_core.run.cell_run import Findings
from cab_core.run.classify import classify
from tests.support.odd_endpoint import ALL, ANSWERED, CONTEXT, REFUSED, STREAMS, OddEndpoint, written
from tests.support.wire import CHAT


@pytest.fixture(scope="module")
def odd() -> Iterator[OddEndpoint]:
    """An endpoint that fails as the model id says."""
    with OddEndpoint().running() as running:
        yield running


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    """One gateway for all cells."""
    with Gateway() as running:
        yield running


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "BACKOFF_S", 0.001)


def ask(url: str, session: CellSession, stream: bool) -> bool:
    """Make one call as a CLI does; return whether it was answered."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    body = {"model": session.model, "stream": stream, "messages": [{"role": "user", "content": "hi"}]}
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {session.token}"}
    try:
        connection.request("POST", "/v1/chat/completions", json.dumps(body), headers)
        reply = connection.getresponse()
        return reply.status == 200 and bool(reply.read())
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def run(
    gateway: Gateway,
    odd: OddEndpoint,
    tmp_path: Path,
    model: str,
    *,
    stubborn: bool,
    stream: bool,
    calls: int = 1,
    limits: Limits | None = None,
) -> Findings:
    """Return what is found of a CLI that makes some calls. A stubborn one ends well whatever it was told."""
    session = CellSession(
        protocol=CHAT,
        token=new_token(),
        model=model,
        upstream=EndpointUpstream(odd.url, "sk-some-key-0123456789"),
        limits=limits or Limits(wall_s=30),
        record=tmp_path / "calls.jsonl",
        stop=StopSignal(),
    )
    gateway.open(session)
    start = time.monotonic()
    answered = [ask(gateway.url, session, stream) for _ in range(calls + stubborn)]
    gateway.close(session)
    execution = Execution(
        started_at="",
        ended_at="",
        duration_s=time.monotonic() - start,
        exit_code=0 if stubborn or answered[-1] else 1,
    )
    return Findings(
        calls=tuple(session.calls),
        turned_away=tuple(session.turned_away()),
        execution=execution,
        grade=Grade(passed=False),
    )


def expected(model: str, stubborn: bool) -> str:
    """Return the outcome of a model that never answers otherwise."""
    if model in CONTEXT:
        return "limit_context"
    if model in ANSWERED or (model in REFUSED and (stubborn or model in STREAMS)):
        return "failed"  # our CLI takes whatever comes with 200
    return "agent_crashed" if model in REFUSED else "infra_upstream"


@pytest.mark.parametrize("stubborn", [False, True], ids=["gives up", "goes on"])
@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
@pytest.mark.parametrize("model", ALL)
def test_outcome(
    gateway: Gateway, odd: OddEndpoint, tmp_path: Path, model: str, stream: bool, stubborn: bool
) -> None:
    """No model answered: the endpoint's. Too long: the context's. Refused for what was sent: the agent's."""
    found = run(gateway, odd, tmp_path, model, stubborn=stubborn, stream=stream)
    outcome, why = classify(found)
    assert outcome == expected(model, stubborn), (why, found.calls)


@pytest.mark.parametrize(("model", "outcome"), [("bare 400", "agent_crashed"), ("key", "infra_upstream")])
def test_a_plain_400_is_the_agents_once_the_model_has_answered(
    gateway: Gateway, odd: OddEndpoint, tmp_path: Path, model: str, outcome: str
) -> None:
    """Key, model and address are right then, so what differs is what was sent; unless it says what else."""
    odd.answered_first.add(model)
    found = run(gateway, odd, tmp_path, model, stubborn=False, stream=False, calls=2)
    assert found.calls[0].ended == "answered"
    assert classify(found)[0] == outcome


@pytest.mark.parametrize(
    "model",
    [
        *("error first", "error in 200", "server", "done alone", "no credit", "html", "too large"),
        *(
            "too large in text",
            "page",
            "usage limits",
            "budget",
            "crashed",
            "unloaded",
            "sleeping",
            "channel",
        ),
        *("moderation down", "policies named", "page with a policy", "finish abort", "event error"),
    ],
)
def test_an_endpoint_that_breaks_after_an_answer_is_infrastructure_all_the_same(
    gateway: Gateway, odd: OddEndpoint, tmp_path: Path, model: str
) -> None:
    """The last call that was decided decides."""
    odd.answered_first.add(model)
    found = run(gateway, odd, tmp_path, model, stubborn=False, stream=False, calls=2)
    assert classify(found)[0] == "infra_upstream"


def test_a_cli_that_goes_on_after_an_overflow_is_judged(
    gateway: Gateway, odd: OddEndpoint, tmp_path: Path
) -> None:
    """It sent less, the model answered: the cell ends as its verdict says."""
    tries = iter(["context openai", "whole"])
    odd.extra["compacts"] = lambda handler: odd.answer(handler, next(tries))
    found = run(gateway, odd, tmp_path, "compacts", stubborn=True, stream=False)
    assert [c.ended for c in found.calls] == ["refused", "answered"]
    assert classify(found)[0] == "failed"


def test_an_overflow_is_told_in_the_endpoint_s_words(
    gateway: Gateway, odd: OddEndpoint, tmp_path: Path
) -> None:
    """How large the context is, it says itself."""
    _, why = classify(run(gateway, odd, tmp_path, "context openai", stubborn=False, stream=False))
    assert why.startswith("the conversation was longer than the model's context; it said: ") and "4096" in why


@pytest.mark.parametrize(
    ("model", "says"),
    [
        ("no credit", "no credit left (402); it said: Insufficient Balance"),
        ("redirect", "sends calls elsewhere (302)"),
        ("tls port", "write https://"),
        (
            "error in 200",
            "with status 200, where an answer should have been; it said: Provider returned error",
        ),
        ("html", "sent what is no answer; it said: Sign in to the portal"),
        ("too large", "as large as this (413); it said: 413 Request Entity Too Large nginx/1.24.0"),
        ("finish abort", "where an answer should have been; it said: finish_reason 'abort'"),
        ("event error", "where an answer should have been; it said: upstream died"),
        ("empty", "nothing of a model was in it"),
        ("no end", "broke off in the middle"),
    ],
)
def test_why(gateway: Gateway, odd: OddEndpoint, tmp_path: Path, model: str, says: str) -> None:
    """The sentence says what happened and what can be done."""
    assert says in classify(run(gateway, odd, tmp_path, model, stubborn=False, stream=False))[1]


@pytest.mark.parametrize("model", ["bare 400", "messages", "policy azure"])
@pytest.mark.parametrize(
    ("change", "outcome"),
    [({}, "failed"), ({"exit_code": 1}, "agent_crashed"), ({"stopped": "limit_calls"}, "limit_calls")],
)
def test_a_refused_last_call_is_told_however_the_cell_ended(
    gateway: Gateway, odd: OddEndpoint, tmp_path: Path, model: str, change: dict[str, Any], outcome: str
) -> None:
    """It may be why: an exit code alone says nothing."""
    odd.answered_first.add(model)
    found = run(gateway, odd, tmp_path, model, stubborn=True, stream=False)
    assert found.execution is not None
    found.execution = attrs.evolve(found.execution, **change)
    got, why = classify(found)
    assert got == outcome and f"it said: {found.calls[-1].error}" in why


@pytest.mark.parametrize("model", ["arguments 500", "roles 500"])
def test_what_is_malformed_is_not_tried_again(
    gateway: Gateway, odd: OddEndpoint, tmp_path: Path, model: str
) -> None:
    """Though the status is a server's."""
    found = run(gateway, odd, tmp_path, model, stubborn=False, stream=False)
    assert (found.calls[0].status, found.calls[0].tries) == (500, 1)


def test_waiting_is_told_only_where_there_was_some(
    gateway: Gateway, odd: OddEndpoint, tmp_path: Path
) -> None:
    """An endpoint that wants a day is not waited for."""
    odd.extra["429"] = lambda handler: odd.send(handler, 429, "{}")
    odd.headers = {"Retry-After": "86400"}
    try:
        at_once = run(gateway, odd, tmp_path, "429", stubborn=False, stream=False)
    finally:
        odd.headers = {}
    later = run(gateway, odd, tmp_path, "429", stubborn=False, stream=False)
    assert (at_once.calls[0].tries, "even after" in classify(at_once)[1]) == (1, False)
    assert (later.calls[0].tries, "even after waiting" in classify(later)[1]) == (4, True)


def test_an_overflow_is_not_tried_again(gateway: Gateway, odd: OddEndpoint, tmp_path: Path) -> None:
    """Whatever its status: the same is too long the next time, too."""
    found = run(gateway, odd, tmp_path, "context llama.cpp 500", stubborn=False, stream=False)
    assert (found.calls[0].status, found.calls[0].tries) == (500, 1)


@pytest.mark.parametrize("status", [400, 422])
def test_what_the_gateway_added_is_taken_back(
    gateway: Gateway, odd: OddEndpoint, tmp_path: Path, status: int
) -> None:
    """An endpoint that refuses the field is asked without it: the CLI had not sent it."""

    def strict(handler: BaseHTTPRequestHandler) -> None:
        if "stream_options" in odd.asked[-1]:
            detail = [{"loc": ["body", "stream_options"], "msg": "Extra inputs are not permitted"}]
            return odd.send(handler, status, json.dumps({"detail": detail}))
        return odd.answer(handler, "finish but no done")

    odd.extra["strict"] = strict
    found = run(gateway, odd, tmp_path, "strict", stubborn=False, stream=True)
    assert [c.ended for c in found.calls] == ["answered"]


@pytest.mark.parametrize("model", ["no finish but done", "events as text", "whole"])
@pytest.mark.parametrize(
    ("change", "outcome"),
    [({}, "failed"), ({"exit_code": 1}, "infra_upstream"), ({"stopped": "limit_wall"}, "infra_upstream")],
    ids=["went on", "gave up", "asked the same again"],
)
def test_a_form_that_a_cli_need_not_understand_counts_only_where_it_did(
    gateway: Gateway, odd: OddEndpoint, tmp_path: Path, model: str, change: dict[str, Any], outcome: str
) -> None:
    """A model did answer, but not as the protocol has it: a CLI that cannot go on from there did not fail."""
    found = run(gateway, odd, tmp_path, model, stubborn=True, stream=True)
    assert found.execution is not None
    found.execution = attrs.evolve(found.execution, **change)
    assert classify(found)[0] == outcome


def test_an_odd_form_after_a_good_answer_may_be_what_the_agent_asked_for(
    gateway: Gateway, odd: OddEndpoint, tmp_path: Path
) -> None:
    """An agent can send what makes a server answer in another form: that voids nothing."""
    found = run(gateway, odd, tmp_path, "whole", stubborn=True, stream=True)
    assert found.execution is not None
    good = attrs.evolve(found.calls[0], odd=None)
    found = attrs.evolve(found, calls=(calls := (good, found.calls[1])), sums=CallSums.of(calls))
    found.execution = attrs.evolve(found.execution, exit_code=1)
    assert classify(found)[0] == "agent_crashed"


def test_usage_in_events_that_came_as_one_text_is_read(
    gateway: Gateway, odd: OddEndpoint, tmp_path: Path
) -> None:
    """A header alone does not say what a body is."""
    found = run(gateway, odd, tmp_path, "events as text", stubborn=False, stream=True)
    assert found.calls[0].tokens == 1050


def test_half_an_answer_counts_towards_a_limit(gateway: Gateway, odd: OddEndpoint, tmp_path: Path) -> None:
    """What it took at the least: an endpoint that breaks off every answer would be a way around."""
    so_far = {"prompt_tokens": 1000, "completion_tokens": 30}
    event = f"data: {json.dumps({**written(), 'usage': so_far})}\n\n"
    odd.extra["half"] = lambda handler: odd.stream(handler, [event])
    limits = Limits(wall_s=30, tokens=1030)
    found = run(gateway, odd, tmp_path, "half", stubborn=True, stream=True, limits=limits)
    assert [(c.fault, c.at_least) for c in found.calls] == [("dropped", 1030)]
